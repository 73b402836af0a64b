import { beforeAll, describe, expect, it } from 'vitest';
import { leaders, META_GROUP, placeLeader } from '../../../../src/host/drivers/nats/leaders.js';
import { withNats } from '../../../../src/host/drivers/nats/nats-api.js';
import { natsNodes, type Pages } from '../../../../testing/driver-nodes.js';
import { errorOf } from '../../../../testing/host-cluster.js';
import { startNatsServer } from '../../../../testing/nats-server.js';

/** Who leads each group; a step-down changes it. `late`: a consumer that came while the others were placed. */
type Led = Record<'meta' | 'stream' | 'consumer', string> & { late?: string };

const pagesOf =
  (led: Led, silent?: string): Pages =>
  (id, path) => {
    if (id === silent) return undefined;
    if (path === '/raftz') return { SYS: { _meta_: { term: 4 } } };
    if (path === '/raftz?acc=LOAD') return { LOAD: { 'S-1': { term: 5 }, 'C-1': { term: 6 } } };
    const replicas = [{ name: 'n3', current: true }];
    const consumer_detail = [
      { name: 'c', cluster: { leader: led.consumer, raft_group: 'C-1', replicas } },
      ...(led.late === undefined ? [] : [{ name: 'late', cluster: { leader: led.late, raft_group: 'C-3', replicas } }]),
      // A broker's own, which cannot move.
      { name: 'own', cluster: { leader: 'n3', raft_group: 'C-2' } },
    ];
    const stream = { name: 's', cluster: { leader: led.stream, raft_group: 'S-1' }, consumer_detail };
    return { meta_cluster: { leader: led.meta }, account_details: [{ name: 'LOAD', stream_detail: [stream] }] };
  };

const everything = (leader: string): Led => ({ meta: leader, stream: leader, consumer: leader });

describe('leaders', () => {
  it('are those of the meta group, each stream and each replicated consumer, with their terms', async () => {
    const dir = await natsNodes(pagesOf({ meta: 'n1', stream: 'n2', consumer: 'n3' }));
    expect(await leaders(dir)).toEqual({
      cluster: { group: META_GROUP, leader: 'n1', term: 4 },
      load: [
        { group: 's', leader: 'n2', term: 5 },
        { group: 's > c', leader: 'n3', term: 6, ofSubscription: true },
      ],
    });
  });

  it('are asked of any node, or of one alone', async () => {
    const dir = await natsNodes(pagesOf(everything('n2'), 'n1'));
    expect((await leaders(dir)).cluster.leader).toBe('n2');
    await expect(leaders(dir, 'n1')).rejects.toThrow(/no broker answered \(n1: /);
    expect(await errorOf(leaders(dir, 'n9'))).toMatch(/no broker n9/);
  });

  it('of a broker that is alone is itself', async () => {
    const dir = await natsNodes(() => undefined, { nodeCount: 1 });
    expect(await leaders(dir)).toEqual({ cluster: { group: META_GROUP, leader: 'n1', term: null }, load: [] });
    expect(await placeLeader(dir, 'n1')).toBe('n1');
  });
});

describe('the leadership', () => {
  let natsPort: number;
  beforeAll(async () => {
    natsPort = await startNatsServer();
  });

  it('is asked for group by group, and again where a step-down lands elsewhere', async () => {
    const led: Led = { meta: 'n1', stream: 'n1', consumer: 'n2' };
    const dir = await natsNodes(pagesOf(led), { change: { natsPort } });
    const asked: string[] = [];
    const moves: Record<string, keyof Led> = {
      '$JS.API.META.LEADER.STEPDOWN': 'meta',
      '$JS.API.STREAM.LEADER.STEPDOWN.s': 'stream',
      '$JS.API.CONSUMER.LEADER.STEPDOWN.s.c': 'consumer',
    };
    await withNats({ host: '127.0.0.1', natsPort }, { username: 'a', password: 'b' }, async (nats) => {
      nats.subscribe('$JS.API.>', {
        callback: (_error, message) => {
          const { placement } = message.json<{ placement: { preferred: string } }>();
          const group = moves[message.subject] as keyof Led;
          // The first one of the stream lands on another node.
          led[group] = group === 'stream' && !asked.includes('stream') ? 'n3' : placement.preferred;
          // A reader comes meanwhile, whose consumer another node leads: it is left there.
          led.late = 'n3';
          asked.push(group);
          message.respond('{}');
        },
      });
      await nats.flush();
      expect(await placeLeader(dir, 'n2')).toBe('n2');
    });
    // The consumer was there already.
    expect(asked).toEqual(['meta', 'stream', 'stream']);
    expect(led).toEqual({ ...everything('n2'), late: 'n3' });
  });

  it('is asked for without naming the node, until it lands there, of a server that knows no such wish', async () => {
    const led: Led = { meta: 'n1', stream: 'n2', consumer: 'n2' };
    const dir = await natsNodes(pagesOf(led), { change: { natsPort } });
    const bodies: object[] = [];
    await withNats({ host: '127.0.0.1', natsPort }, { username: 'a', password: 'b' }, async (nats) => {
      nats.subscribe('$JS.API.>', {
        callback: (_error, message) => {
          const body = message.json<{ placement?: object }>();
          bodies.push(body);
          if (body.placement !== undefined)
            return void message.respond(JSON.stringify({ error: { code: 400, description: 'bad request' } }));
          led.meta = led.meta === 'n1' ? 'n3' : 'n2';
          return void message.respond('{}');
        },
      });
      await nats.flush();
      expect(await placeLeader(dir, 'n2')).toBe('n2');
    });
    const wish = { placement: { preferred: 'n2' } };
    expect(bodies).toEqual([wish, {}, wish, {}]);
  });

  it('is not asked for where it is there, and not for a broker that is not', async () => {
    const dir = await natsNodes(pagesOf(everything('n3')), { change: { natsPort: 1 } });
    expect(await placeLeader(dir, 'n3')).toBe('n3');
    expect(await errorOf(placeLeader(dir, 'n9'))).toMatch(/no broker n9; it has n1, n2, n3/);
  });
});
