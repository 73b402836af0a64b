import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodeView } from '../../../src/host/drivers/contract.js';
import { brokerCrashLoop as fault } from '../../../src/host/faults/broker-crash-loop.js';
import type { ProcessId } from '../../../src/host/os/processes.js';
import { ownIdentity } from '../../../src/host/os/processes.js';
import { readTicket, writeTicket } from '../../../src/host/tickets/store.js';
import type { FaultTicket, TicketStep } from '../../../src/host/tickets/ticket.js';
import { errorOf } from '../../../testing/host-cluster.js';
import { deadProcess, memoryCluster } from '../../../testing/memory-cluster.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { ticketIn } from '../../../testing/tickets.js';

/** Answers whatever it is asked, like a broker that is up. */
const broker = createServer((socket) => socket.on('error', () => undefined).once('data', () => socket.end('hello')));
let port = 0;
beforeAll(async () => {
  await new Promise<void>((listening) => broker.listen(0, '127.0.0.1', listening));
  port = (broker.address() as { port: number }).port;
});
afterAll(() => void broker.close());

/** None of them lives: the n-th that the node has had. */
const processOf = (n: number): ProcessId => ({ ...deadProcess(), pid: 10_000_000 + n });

/** A broker that is another process after each start, and dies when it is killed, or does not. */
async function looped(given: { times?: number; steps?: readonly Partial<TicketStep>[]; dead?: boolean; lives?: true }) {
  let view: NodeView = {
    ...(memoryCluster().nodes[2] as NodeView),
    ...{ brokerPort: port, process: given.lives ? ownIdentity() : processOf(1), alive: given.dead !== true },
  };
  let started = 1;
  const done: string[] = [];
  const { cluster: base } = memoryCluster();
  const cluster = {
    dir: base.dir,
    driver: {
      ...base.driver,
      nodes: () => Promise.resolve([view]),
      killNode: () => {
        view = { ...view, alive: given.lives === true };
        return Promise.resolve(void done.push('kill'));
      },
      startNode: () => {
        started += 1;
        view = { ...view, alive: true, process: processOf(started) };
        return Promise.resolve(void done.push('start'));
      },
    },
  };
  const steps = given.steps?.map((step) => ({ node: 'n3', at: '', us: 1, process: processOf(1), ...step })) as
    readonly TicketStep[] | undefined;
  const before = { process: processOf(1), brokerHost: '127.0.0.1', brokerPort: 1, leaders: [], others: [] };
  const ticket = ticketIn(temporaryFolder(), {
    ...{ targets: ['n3'], before, params: { times: given.times ?? 3 }, injectedUs: 0 },
    ...(steps === undefined ? {} : { steps }),
  });
  writeTicket(ticket);
  const now = (): FaultTicket => readTicket(ticket.clusterDir, ticket.faultId) ?? ticket;
  return {
    cluster,
    ticket,
    now,
    done,
    said: () => (now().steps ?? []).map(({ what, process }) => [what, process.pid % 100]),
  };
}

const WHOLE = [
  ['died', 1],
  ['up', 2],
  ['died', 2],
  ['up', 3],
  ['died', 3],
];

describe('a crash loop', () => {
  it('kills whatever is up so many times, another process each time, and leaves the last one dead', async () => {
    const { ticket, cluster, now, done, said } = await looped({});
    await fault.inject(ticket, cluster);
    expect(done).toEqual(['kill', 'start', 'kill', 'start', 'kill']);
    expect(said()).toEqual(WHOLE);
    expect(await fault.probe(now(), cluster)).toMatchObject({ biting: true });
    expect(await fault.isInForce(now(), cluster)).toBe(true);
    expect(fault.intendedDown?.(now())).toEqual(['n3']);
    await fault.recover(now(), cluster, 1000);
    expect(await fault.isInForce(now(), cluster)).toBe(false);
  });

  it.each<[string, Parameters<typeof looped>[0]]>([
    ['before its first kill was noted', { dead: true }],
    ['after a death', { dead: true, steps: [{ what: 'died' }] }],
    ['before a later kill', { steps: [{ what: 'died', process: processOf(0) }, { what: 'up' }] }],
    ['before a later kill was noted', { dead: true, steps: [{ what: 'died', process: processOf(0) }, { what: 'up' }] }],
  ])('goes on where a worker died %s, and counts each death once', async (_what, given) => {
    const { ticket, cluster, now, said } = await looped(given);
    await fault.inject(ticket, cluster);
    const kinds = said().map(([what]) => what);
    expect(kinds).toEqual(WHOLE.map(([what]) => what));
    expect(await fault.probe(now(), cluster)).toMatchObject({ biting: true });
  });

  it.each<[string, readonly Partial<TicketStep>[], RegExp]>([
    ['nobody died', [], /^deaths: 0/],
    ['one death is missing', [{ what: 'died' }], /^deaths: 1$/],
    ['one died twice', [{ what: 'died' }, { what: 'up' }, { what: 'died' }], /^death 2 .*: the same as before$/],
    [
      'the dead lives',
      [{ what: 'died' }, { what: 'up' }, { what: 'died', process: ownIdentity() }],
      /^death 2 .*: alive$/,
    ],
    ['it was never up', [{ what: 'died' }, { what: 'died', process: processOf(2) }], /^times that it answered .*: 0$/],
  ])('does not bite where %s', async (_what, steps, row) => {
    const { cluster, now } = await looped({ times: 2, steps });
    const { biting, evidence } = await fault.probe(now(), cluster);
    expect(biting).toBe(false);
    const rows = evidence.filter(({ ok }) => !ok).map(({ what, observed }) => `${what}: ${observed}`);
    expect(rows[0]).toMatch(row);
  });

  it('is an error where a kill kills nobody', async () => {
    const { ticket, cluster, said } = await looped({ lives: true });
    expect(await errorOf(fault.inject(ticket, cluster))).toMatch(/^INJECT_FAILED process \d+ of n3 outlived a SIGKILL/);
    expect(said()).toEqual([]);
  });

  it('is of at least two deaths', () => {
    expect(fault.params.parse({})).toEqual({ victim: 'follower', times: 3 });
    expect(fault.params.safeParse({ times: 1 }).success).toBe(false);
  });
});
