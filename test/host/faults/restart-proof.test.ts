import { describe, expect, it } from 'vitest';
import { probeRestart } from '../../../src/host/faults/restart-proof.js';
import type { BeforeRestart } from '../../../src/host/faults/restarts.js';
import { ownIdentity, type ProcessId } from '../../../src/host/os/processes.js';
import type { FaultTicket, StepKind, TicketStep } from '../../../src/host/tickets/ticket.js';
import { deadProcess, memoryCluster } from '../../../testing/memory-cluster.js';
import { ticketIn } from '../../../testing/tickets.js';

const SECOND = 1_000_000;

/** Steps of a node, each so many seconds after the inject. */
const steps = (node: string, seconds: Partial<Record<StepKind, number>>, since: ProcessId = ownIdentity()) =>
  Object.entries(seconds).map(([what, s]): TicketStep => {
    const process = what === 'started' || what === 'whole' ? since : deadProcess();
    return { node, what: what as StepKind, process, at: '', us: s * SECOND };
  });

const good = (from: number) => ({ asked: from, ended: from + 1, down: from + 3, started: from + 3.5, whole: from + 5 });

function ticketOf(batches: readonly string[][], noted: readonly TicketStep[], old = deadProcess()): FaultTicket {
  const victim = { process: old, brokerHost: '127.0.0.1', brokerPort: 1 };
  const targets = batches.flat();
  const victims = Object.fromEntries(targets.map((id) => [id, victim]));
  const restart: BeforeRestart = { batches, signal: 'SIGTERM', downMs: 2000, victims };
  return ticketIn('/data', { targets, before: { restart }, injectedUs: 0, steps: noted });
}

const probed = (batches: readonly string[][], noted: readonly TicketStep[], unhealthy?: string) =>
  probeRestart(ticketOf(batches, noted), memoryCluster({ unhealthy: () => unhealthy }).cluster);

/** What of it is not proved. */
const bad = async (...given: Parameters<typeof probed>): Promise<string[]> => {
  const { biting, evidence } = await probed(...given);
  const rows = evidence.filter(({ ok }) => !ok).map(({ what, observed }) => `${what}: ${observed}`);
  expect(biting).toBe(rows.length === 0);
  return rows;
};

describe('a restart of one', () => {
  it('is proved by its end, the time that it was gone, another process, and a whole cluster', async () => {
    const { evidence } = await probed([['n1']], steps('n1', good(0)));
    expect(evidence.map(({ observed }) => observed)).toEqual([
      'ended after 1 s',
      'gone for 2.5 s',
      `process ${ownIdentity().pid}`,
      'n1 0 s to 5 s',
      'every node has joined, no replica lags',
    ]);
    expect(await bad([['n1']], steps('n1', good(0)))).toEqual([]);
  });

  it('of which nothing was seen is not proved in any point but the last', async () => {
    const rows = await bad([['n1']], []);
    expect(rows).toHaveLength(4);
    expect(rows[0]).toBe('n1 after SIGTERM: it did not end');
  });

  it.each<[string, readonly TicketStep[], RegExp]>([
    ['was back too soon', steps('n1', { ...good(0), started: 2.9 }), /its port: not seen$/],
    ['was not seen with its port closed', steps('n1', { asked: 0, ended: 1, started: 3.5, whole: 5 }), /its port: not/],
    ['is the same process', steps('n1', good(0), deadProcess()), /n1 since: not seen$/],
    ['is dead again', steps('n1', good(0), { ...deadProcess(), pid: 1 }), /n1 since: not seen$/],
    ['was never whole', steps('n1', { asked: 0, ended: 1, down: 3, started: 3.5 }), /whole cluster: n1 0 s to \?$/],
  ])('is not proved where it %s', async (_what, noted, row) => {
    expect(await bad([['n1']], noted)).toEqual([expect.stringMatching(row)]);
  });

  it('is not proved by the process that was there before', async () => {
    const { biting, evidence } = await probeRestart(
      ticketOf([['n1']], steps('n1', good(0)), ownIdentity()),
      memoryCluster().cluster,
    );
    expect([biting, evidence.find(({ ok }) => !ok)?.what]).toEqual([false, 'n1 since']);
  });

  it('is not proved while the cluster is not whole', async () => {
    expect(await bad([['n1']], steps('n1', good(0)), 'n3 lags')).toEqual(['cluster: n3 lags']);
  });
});

describe('a restart of several', () => {
  const inTurn = [['n2'], ['n1']];

  it('in turn is proved if each was asked when the cluster was whole with the one before', async () => {
    expect(await bad(inTurn, [...steps('n2', good(0)), ...steps('n1', good(5))])).toEqual([]);
    for (const [first, second] of [
      [0, 4.9],
      [6, 0],
    ] as const)
      expect(await bad(inTurn, [...steps('n2', good(first)), ...steps('n1', good(second))])).toEqual([
        expect.stringMatching(/^from the signal to a whole cluster: n2 /),
      ]);
    expect(await bad(inTurn, steps('n2', good(0)))).toHaveLength(4);
  });

  it('at once is proved if there was a moment at which all were gone', async () => {
    expect(await bad([['n1', 'n2']], [...steps('n1', good(0)), ...steps('n2', good(0.1))])).toEqual([]);
    expect(await bad([['n1', 'n2']], [...steps('n1', good(0)), ...steps('n2', good(1))])).toEqual([
      'n1, n2: all gone: not seen',
    ]);
  });
});
