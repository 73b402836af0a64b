import { describe, expect, it } from 'vitest';
import { planState } from '../../../../src/host/drivers/nats/plan.js';

const options = { cluster: 'local', runId: 'r1', logDir: '/run/cluster', nodeCount: 3 };

describe('a planned cluster', () => {
  it('has a proxy before each node’s MQTT port, and one for each direction in which two nodes dial', async () => {
    const { nodes, links, network } = await planState('/clusters/local', options);
    expect(network).toBe('proxies');
    const portsOf = (id: string) => nodes.find((node) => node.id === id);
    expect(links.map(({ name }) => name).sort()).toEqual([
      ...['client-n1', 'client-n2', 'client-n3'],
      ...['route-n1-n2', 'route-n1-n3', 'route-n2-n1', 'route-n2-n3', 'route-n3-n1', 'route-n3-n2'],
    ]);
    for (const { name, kind, listenPort, upstreamPort } of links) {
      const node = portsOf(name.slice(-2));
      expect(upstreamPort).toBe(kind === 'client' ? node?.mqttPort : node?.routePort);
      if (kind === 'client') expect(listenPort).toBe(node?.proxiedMqttPort);
    }
  });

  it('shares no port', async () => {
    const { nodes, links, proxyApiPort } = await planState('/clusters/local', options);
    const own = nodes.flatMap((node) => [node.mqttPort, node.natsPort, node.httpPort, node.routePort]);
    const ports = [...own, ...links.map(({ listenPort }) => listenPort), proxyApiPort];
    expect(new Set(ports).size).toBe(ports.length);
  });

  it('of one node has no routes', async () => {
    const { links } = await planState('/clusters/local', { ...options, nodeCount: 1 });
    expect(links.map(({ name }) => name)).toEqual(['client-n1']);
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
