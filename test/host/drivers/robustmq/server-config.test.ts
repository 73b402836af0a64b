import { parse } from 'smol-toml';
import { beforeAll, describe, expect, it } from 'vitest';
import { planState } from '../../../../src/host/drivers/robustmq/plan.js';
import { loggerConfig, serverConfig } from '../../../../src/host/drivers/robustmq/server-config.js';
import type { RobustState } from '../../../../src/host/drivers/robustmq/state.js';

const options = { cluster: 'lo"cal', runId: 'r1', logDir: '/run/a "b"', nodeCount: 3, binary: '/opt/broker' };
let state: RobustState;
beforeAll(async () => {
  state = await planState('/state', options);
});

describe('the config of a node', () => {
  it('is TOML, whatever the paths are, and knows all of its peers', () => {
    const [, node] = state.nodes;
    const config = parse(serverConfig(state, node!));
    expect(config).toMatchObject({ cluster_name: 'lo"cal', broker_id: 2, data_path: node!.dataDir });
    expect(config['meta_addrs']).toEqual(
      Object.fromEntries(state.nodes.map(({ brokerId, ports }) => [String(brokerId), `127.0.0.1:${ports.grpc}`])),
    );
  });

  it('names each port once, but for QUIC’s, which is UDP', () => {
    const [node] = state.nodes;
    const text = serverConfig(state, node!);
    for (const [name, port] of Object.entries(node!.ports)) {
      const times = text.split('\n').filter((line) => new RegExp(`_port = ${port}$`).test(line)).length;
      expect(times, name).toBe(name === 'mqtt' ? 2 : name === 'proxiedMqtt' ? 0 : 1);
    }
  });

  it('keeps a replica on every node, and three at most', async () => {
    const replicas = async (nodeCount: number): Promise<unknown> => {
      const planned = await planState('/state', { ...options, nodeCount });
      const { runtime } = parse(serverConfig(planned, planned.nodes[0]!)) as { runtime: Record<string, unknown> };
      return runtime['default_topic_replica_num'];
    };
    expect([await replicas(1), await replicas(3), await replicas(5)]).toEqual([1, 3, 3]);
  });

  it('offers a Receive Maximum that Paho’s Java client does not take for a negative number', () => {
    const { mqtt_runtime: mqtt } = parse(serverConfig(state, state.nodes[0]!)) as { mqtt_runtime: object };
    expect(mqtt).toMatchObject({ protocol: { receive_max: 1000 } });
  });

  it('lets nobody in without the run’s login', () => {
    const { mqtt_runtime: mqtt } = parse(serverConfig(state, state.nodes[0]!)) as { mqtt_runtime: object };
    expect(mqtt).toMatchObject({
      auth: { default_user: 'chaos', default_password: state.password, secret_free_login: false },
    });
  });
});

it('the logger writes the node’s own log, as JSON', () => {
  const logger = parse(loggerConfig(state.nodes[0]!)) as { server: Record<string, unknown> };
  expect(logger.server).toMatchObject({ directory: '/run/a "b"/n1/logs', formatter: 'json', rotation: 'never' });
});
