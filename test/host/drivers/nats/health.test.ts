import { describe, expect, it } from 'vitest';
import { unhealthy } from '../../../../src/host/drivers/nats/health.js';
import { natsNodes, type Pages } from '../../../../testing/driver-nodes.js';
import { deadProcess } from '../../../../testing/memory-cluster.js';

const follower = (name: string, change: object = {}): object => ({ name, current: true, lag: 0, ...change });
const cluster = (leader: string | undefined, replicas: object[] = []): object => ({ leader, replicas });

/** Every node says that n1 leads, and that nobody lags, but for what is given. */
const pages =
  (
    change: { meta?: (id: string) => object; stream?: (id: string) => object; silent?: string; sick?: string } = {},
  ): Pages =>
  (id, path) => {
    if (path.startsWith('/healthz')) return { status: change.sick === id ? 'unavailable' : 'ok' };
    if (change.silent === id) return undefined;
    const followers = [follower('n2'), follower('n3')];
    return {
      meta_cluster: change.meta?.(id) ?? cluster('n1', followers),
      account_details: [
        { name: 'LOAD', stream_detail: [{ name: 's', cluster: change.stream?.(id) ?? cluster('n1', followers) }] },
      ],
    };
  };

describe('a cluster', () => {
  it('is healthy where every node is up, serves MQTT and sees leaders, and nobody lags', async () => {
    expect(await unhealthy(await natsNodes(pages()))).toBeUndefined();
  });

  it.each<[string, Parameters<typeof pages>[0], string]>([
    ['a node is not up', { sick: 'n2' }, 'n2 does not answer its health check'],
    ['a node does not report', { silent: 'n3' }, 'n3 does not report its JetStream state'],
    [
      'a node knows no meta leader',
      { meta: (id) => cluster(id === 'n2' ? undefined : 'n1') },
      'n2 knows no meta leader',
    ],
    ['the meta leader is gone', { meta: () => cluster('n9') }, 'n1 names n9 as meta leader, but that node is gone'],
    [
      'a node knows no leader of a stream',
      { stream: (id) => cluster(id === 'n3' ? undefined : 'n1') },
      'n3 knows no leader of s',
    ],
    [
      'a follower lags, as its leader tells',
      { stream: (id) => cluster('n1', id === 'n1' ? [follower('n3', { lag: 7 })] : []) },
      's: replica on n3 is not current (lag 7)',
    ],
    [
      'a follower of the meta group is offline',
      { meta: () => cluster('n1', [follower('n2', { offline: true })]) },
      'meta: replica on n2 is not current (lag 0)',
    ],
  ])('is not where %s', async (_what, change, problem) => {
    expect(await unhealthy(await natsNodes(pages(change)))).toBe(problem);
  });

  it('is not where a node does not run, or does not serve MQTT', async () => {
    expect(await unhealthy(await natsNodes(pages(), { change: { process: deadProcess() } }))).toBe('n1 is not running');
    expect(await unhealthy(await natsNodes(pages(), { change: { mqttPort: 1 } }))).toMatch(/^n1 does not serve MQTT: /);
  });

  it('cannot be judged where this host cannot ask', async () => {
    const broadcast = '255.255.255.255';
    const cannotAsk = unhealthy(await natsNodes(pages(), { change: { host: broadcast } }));
    await expect(cannotAsk).rejects.toThrow();
  });

  it('of one node has no groups to look at', async () => {
    expect(await unhealthy(await natsNodes(pages({ silent: 'n1' }), { nodeCount: 1 }))).toBeUndefined();
  });

  it('takes what a follower says of the others for nothing: only a leader knows', async () => {
    const stream = (id: string) => cluster('n1', id === 'n2' ? [follower('n3', { current: false })] : []);
    expect(await unhealthy(await natsNodes(pages({ stream })))).toBeUndefined();
  });
});
