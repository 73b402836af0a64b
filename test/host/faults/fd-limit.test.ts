import { expect, it } from 'vitest';
import { fdLimit } from '../../../src/host/faults/fd-limit.js';
import { openFilesLimit } from '../../../src/host/os/open-files.js';
import { ownIdentity } from '../../../src/host/os/processes.js';
import { driver } from '../../../testing/fake-fault.js';
import { ticketIn } from '../../../testing/tickets.js';

const identity = ownIdentity();

// test/host/faults/in-group.test.ts has it on a real cluster.

it('takes how many files are left, and a victim', () => {
  expect(fdLimit.params.parse({})).toEqual({ victim: 'follower', spare: 0 });
  expect(fdLimit.params.parse({ victim: 'leader', spare: 5 })).toEqual({ victim: 'leader', spare: 5 });
  for (const params of [{ spare: -1 }, { spare: 1.5 }, { spare: 1001 }, { files: 5 }])
    expect(fdLimit.params.safeParse(params).success, JSON.stringify(params)).toBe(false);
});

it('is in force as long as the broker that was planned runs with another limit than before', async () => {
  const ofTicket = (soft: string, pid = process.pid) => {
    const { bootId, startTicks } = identity;
    const before = { process: { pid, bootId, startTicks }, openFiles: { soft, hard: soft } };
    return fdLimit.isInForce(ticketIn('/nowhere', { before }), { dir: '/nowhere', driver });
  };
  const own = openFilesLimit(identity)!;
  expect(await ofTicket('1')).toBe(true);
  expect(await ofTicket(own.soft)).toBe(false);
  // Another process of that number.
  expect(await ofTicket('1', 1)).toBe(false);
});
