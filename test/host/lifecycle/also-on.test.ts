import { beforeEach, expect, it } from 'vitest';
import { faults } from '../../../src/host/faults/index.js';
import { faultOf } from '../../../src/host/lifecycle/fault-handle.js';
import { downByOthers, othersOf, othersOn, refuseTogether } from '../../../src/host/lifecycle/also-on.js';
import { writeTicket } from '../../../src/host/tickets/store.js';
import type { FaultTicket } from '../../../src/host/tickets/ticket.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { ticketIn } from '../../../testing/tickets.js';

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});

/** A ticket of the same timeline, on disk. */
function on(entry: string, change: Partial<FaultTicket> = {}): FaultTicket {
  const ticket = ticketIn(root, { faultId: `f-${entry}`, entry, ...change });
  writeTicket(ticket);
  return ticket;
}
const cut: Partial<FaultTicket> = { kind: 'network-partition', targets: ['n3'] };

it('others of the same timeline are on until they are recovered; the rest are none of them', () => {
  const kill = on('kill', { targets: ['n1'] });
  const partition = on('cut', cut);
  on('pause', { kind: 'broker-pause', targets: ['n2'], state: 'recovered' });
  on('kill-of-another-run', { runId: 'run-0' });
  on('kill-of-another-scenario', { scenario: 'other' });
  expect(othersOn(faults, partition)).toEqual([{ entry: 'kill', nodes: ['n1'] }]);
  expect(othersOn(faults, kill)).toEqual([{ entry: 'cut', nodes: [] }]);
  on('later', { targets: ['n2'], state: 'planned' });
  expect(othersOn(faults, partition)).toEqual([{ entry: 'kill', nodes: ['n1'] }]);
  expect(othersOf(faults, partition)).toHaveLength(2);
});

it('a broker that another means to be dead is not taken for one that died; a paused one lives', () => {
  const partition = on('cut', cut);
  on('kill', { targets: ['n1'] });
  on('pause', { kind: 'broker-pause', targets: ['n2'], state: 'stuck' });
  expect(downByOthers(faults, partition)).toEqual(['n1']);
});

it('of a restart in turn only the brokers that are down now are held', () => {
  const partition = on('cut', cut);
  const steps: FaultTicket['steps'] = [
    { node: 'n1', what: 'asked', process: { pid: 1, startTicks: 1, bootId: 'b' }, at: '', us: 1 },
  ];
  const rolling = { kind: 'broker-restart', params: { rolling: true }, targets: ['n1', 'n2', 'n3'] };
  on('rolling', { ...rolling, steps });
  expect(othersOn(faults, partition)).toEqual([{ entry: 'rolling', nodes: ['n1'] }]);
});

it('what cannot be on with what is, is not planned: who is hit is known by then', () => {
  const kill = on('kill', { targets: ['n1'] });
  const of = { ...kill, faultId: 'f-next', entry: 'next' };
  const refused =
    (kind: string, targets: string[], params = {}) =>
    () =>
      refuseTogether(faults, faultOf(faults, kind), { ...of, params, targets });
  expect(refused('broker-pause', ['n1'])).toThrow(/next cannot begin while kill is on: both own n1/);
  expect(refused('broker-pause', ['n1'])).toThrow(/after: kill/);
  expect(refused('broker-pause', ['n2'])).not.toThrow();
  expect(refused('network-partition', ['n1'])).not.toThrow();
  expect(refused('broker-restart', ['n1', 'n2', 'n3'], { rolling: true })).toThrow(/several brokers/);
  expect(refused('none', ['n1'])).toThrow(/only alone/);
});
