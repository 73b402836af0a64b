import { now, type Instant } from '../host/os/clock.js';
import { asActivity } from './support.js';

export const clockActivities = {
  /** The host's time: waits that start where no other activity gave one are measured from here. */
  hostTime: (): Promise<Instant> => asActivity(() => Promise.resolve(now())),
};
