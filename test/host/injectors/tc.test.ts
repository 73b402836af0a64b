import { describe, expect, it } from 'vitest';
import {
  addDelayCommands,
  deleteCommand,
  isGoneMessage,
  OUR_HANDLE,
  parseQdiscs,
  rootOf,
} from '../../../src/host/injectors/tc.js';

describe('the commands of a delay', () => {
  const lines = addDelayCommands('eth0', [1883, 6222, 1883], 100, 10).map((args) => args.join(' '));

  it('make a tree of our own handle, and never replace somebody else’s', () => {
    expect(lines[0]).toMatch(new RegExp(`^qdisc add dev eth0 root handle ${OUR_HANDLE} prio bands 4`));
    expect(lines.join('\n')).not.toContain('replace');
  });

  it('delay one band, to which only the ports are sent, each once in both directions', () => {
    expect(lines[1]).toContain(`parent ${OUR_HANDLE}4`);
    expect(lines[1]).toContain('netem delay 100ms 10ms limit 100000');
    expect(lines.slice(2)).toHaveLength(4);
    for (const part of ['sport 1883', 'dport 1883', 'sport 6222', 'dport 6222'])
      expect(
        lines.filter((line) => line.includes(part)),
        part,
      ).toHaveLength(1);
    for (const line of lines.slice(2)) expect(line).toContain(`flowid ${OUR_HANDLE}4`);
    // Whatever type of service a packet has, the other bands never get it.
    expect(lines[0]).toMatch(/priomap( 0){16}$/);
  });

  it('name no jitter where there is none', () => {
    expect(addDelayCommands('lo', [1], 50, 0)[1]?.join(' ')).toContain('delay 50ms limit');
  });

  it('are taken back by our handle alone', () => {
    expect(deleteCommand('eth0').join(' ')).toBe(`qdisc del dev eth0 root handle ${OUR_HANDLE}`);
  });
});

it('what tc shows is read as far as it goes', () => {
  const rows = parseQdiscs('[{"kind":"noqueue","handle":"0:","root":true},{"kind":"netem"}]');
  expect(rows).toEqual([
    { kind: 'noqueue', handle: '0:', root: true },
    { kind: 'netem', handle: '?', root: false },
  ]);
  expect(rootOf(rows)?.kind).toBe('noqueue');
  expect(parseQdiscs(' \n')).toEqual([]);
  expect(rootOf([])).toBeUndefined();
});

it.each([
  ['Error: Invalid handle.', true],
  ['Error: Cannot delete qdisc with handle of zero.', true],
  ['RTNETLINK answers: No such file or directory', true],
  ['Cannot find device "eth7"', true],
  ['RTNETLINK answers: Operation not permitted', false],
  ['', false],
])('%j means that there is nothing of ours: %s', (stderr, gone) => {
  expect(isGoneMessage(stderr)).toBe(gone);
});
