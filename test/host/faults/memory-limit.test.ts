import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { groupOf } from '../../../src/host/faults/in-group.js';
import { memoryLimit } from '../../../src/host/faults/memory-limit.js';
import { driver } from '../../../testing/fake-fault.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { ticketIn } from '../../../testing/tickets.js';

// test/host/faults/in-group.test.ts has it on a real cluster.

it('takes megabytes, and a victim', () => {
  expect(memoryLimit.params.parse({})).toEqual({ victim: 'follower', spare_mb: 4 });
  for (const params of [{ spare_mb: 0 }, { spare_mb: 0.5 }, { spare: 5 }])
    expect(memoryLimit.params.safeParse(params).success, JSON.stringify(params)).toBe(false);
});

it.each([
  [1, 'memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill '],
  [2, 'memory.events', 'low 0\nmax 7\noom 1\noom_kill '],
])(
  'in version %i, means the broker to be dead if the kernel killed it, and not if it died by itself',
  async (version, file, text) => {
    const parent = temporaryFolder();
    const before = { place: { version, home: parent, parent }, process: { pid: 1, startTicks: 0, bootId: '' } };
    const ticket = ticketIn(parent, { kind: 'memory-limit', before });
    const cluster = { dir: parent, driver };
    expect(memoryLimit.intendedDown?.(ticket)).toEqual([]);
    mkdirSync(groupOf(ticket));
    writeFileSync(join(groupOf(ticket), file), `${text}0\n`);
    expect(memoryLimit.intendedDown?.(ticket)).toEqual([]);
    expect(await memoryLimit.isInForce(ticket, cluster)).toBe(false);
    writeFileSync(join(groupOf(ticket), file), `${text}1\n`);
    expect(memoryLimit.intendedDown?.(ticket)).toEqual(ticket.targets);
    expect(await memoryLimit.isInForce(ticket, cluster)).toBe(true);
  },
);
