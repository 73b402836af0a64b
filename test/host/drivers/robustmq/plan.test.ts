import { describe, expect, it } from 'vitest';
import { planState } from '../../../../src/host/drivers/robustmq/plan.js';

const options = { cluster: 'local', runId: 'r1', logDir: '/run/cluster', nodeCount: 3, binary: '/opt/broker' };

describe('a planned cluster', () => {
  it('has a port of its own for each listener of each node, and for the proxies', async () => {
    const state = await planState('/state', options);
    const ports = [...state.nodes.flatMap((node) => Object.values<number>({ ...node.ports })), state.proxyApiPort];
    expect(new Set(ports).size).toBe(3 * 14 + 1);
    for (const port of ports) expect(port).toBeGreaterThan(1023);
    expect(state.nodes.map(({ id, brokerId }) => [id, brokerId])).toEqual([
      ['n1', 1],
      ['n2', 2],
      ['n3', 3],
    ]);
  });

  it('has a proxy before each node’s MQTT port, and all of its files in the run’s folder', async () => {
    const { nodes, links } = await planState('/state', options);
    expect(links).toEqual(
      nodes.map(({ id, ports }) => ({
        name: `client-${id}`,
        kind: 'client',
        listenPort: ports.proxiedMqtt,
        upstreamPort: ports.mqtt,
      })),
    );
    for (const { id, configFile, logFile, dataDir } of nodes)
      for (const path of [configFile, logFile, dataDir]) expect(path.startsWith(`/run/cluster/${id}/`)).toBe(true);
  });

  it('has a password that no other run has', async () => {
    const [one, other] = [await planState('/state', options), await planState('/state', options)];
    expect(one.password).toMatch(/^[0-9a-f]{24}$/);
    expect(one.password).not.toBe(other.password);
  });

  it('has its data on disks where it is to have disks, and their images in the run’s folder', async () => {
    const { nodes } = await planState('/state', { ...options, nodeCount: 1, startedWith: { disks: 'ext4' } });
    expect(nodes[0]).toMatchObject({
      dataDir: '/state/disks/n1/data',
      disk: { folder: '/state/disks/n1', image: '/run/cluster/n1/disk.img' },
    });
    const plain = await planState('/state', options);
    expect(plain.nodes[0]).toMatchObject({ dataDir: '/run/cluster/n1/data', disk: null });
  });
});
