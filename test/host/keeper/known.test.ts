import { expect, it } from 'vitest';
import { faults } from '../../../src/host/faults/index.js';
import { vouched, whyUnknown } from '../../../src/host/keeper/known.js';
import { ticketIn } from '../../../testing/tickets.js';

it.each([
  ['a fault', { kind: 'of-tomorrow' }, /does not know the fault of-tomorrow/],
  ['a driver', { driver: 'of-tomorrow' }, /expected .*nats .*got of-tomorrow/],
  ['an injector', { kind: 'network-delay', injector: 'of-tomorrow' }, /expected one of .*got of-tomorrow/],
])('%s of a newer program is unknown, and a keeper vouches for the rest alone', (_what, change, why) => {
  const known = ticketIn('/data');
  const unknown = ticketIn('/data', { faultId: 'f2', ...change });
  expect(whyUnknown(known, faults)).toBeUndefined();
  expect(whyUnknown(unknown, faults)).toMatch(why);
  expect(vouched([known, unknown], faults)).toEqual({ faultIds: ['f1'], unknown: { f2: expect.stringMatching(why) } });
});
