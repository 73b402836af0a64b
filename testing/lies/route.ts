import { matches } from '../truth/sessions.js';
import { passOn } from './delivery.js';
import { passToGroups } from './groups.js';
import type { Published } from './messages.js';
import { lasts, type Broker } from './state.js';

/** A message to everybody who subscribed to it, and to one member of each group, truthfully or not. */
export function route(broker: Broker, message: Published): void {
  lasts(broker);
  for (const session of broker.sessions.values())
    for (const [name, filter] of session.filters)
      if (matches(name, message.topic)) passOn(broker, session, message, { name, filter });
  passToGroups(broker, message);
}
