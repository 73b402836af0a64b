import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planState } from '../../../../src/host/drivers/nats/plan.js';
import { serverConfig } from '../../../../src/host/drivers/nats/server-config.js';
import type { NatsState } from '../../../../src/host/drivers/nats/state.js';
import { requireTool } from '../../../../src/host/os/tools.js';
import { temporaryFolder } from '../../../../testing/processes.js';

const logDir = join(temporaryFolder(), 'a "b" c');
const planned = (nodeCount = 3): Promise<NatsState> =>
  planState('/clusters/local', { cluster: 'local', runId: 'r1', logDir, nodeCount });

describe('the config of a node', () => {
  it.each([1, 3])('is one that nats-server takes, in a cluster of %i', async (nodeCount) => {
    const state = await planned(nodeCount);
    for (const node of state.nodes) {
      mkdirSync(join(node.configFile, '..'), { recursive: true });
      writeFileSync(node.configFile, serverConfig(state, node));
      const { stderr, status } = spawnSync(requireTool('nats-server'), ['-t', '-c', node.configFile], {
        encoding: 'utf8',
      });
      expect(`${status} ${stderr}`).toContain('is valid');
    }
  });

  it('syncs each write where the cluster was started so, and else when the broker likes', async () => {
    const state = { ...(await planned(1)), syncs: 'always' as const };
    const [node] = state.nodes;
    mkdirSync(join(node!.configFile, '..'), { recursive: true });
    writeFileSync(node!.configFile, serverConfig(state, node!));
    const { stderr } = spawnSync(requireTool('nats-server'), ['-t', '-c', node!.configFile], { encoding: 'utf8' });
    expect(stderr).toContain('is valid');
    expect(serverConfig(state, node!)).toContain('sync_interval: "always"');
    expect(serverConfig({ ...state, syncs: undefined }, node!)).not.toContain('sync_interval');
  });

  const refuses = (setting: string): string =>
    `grep -q ${setting} "$3" && echo "nats.conf:1:7: unknown field \\"${setting}\\"" >&2; exit 1`;
  it.each([
    ['js_api_timeout', 'a program that does not know it', refuses('js_api_timeout'), false],
    ['js_api_timeout', 'one that does not know another', refuses('default_max_consumers'), true],
    ['default_max_consumers', 'a program that does not know it', refuses('default_max_consumers'), false],
    ['default_max_consumers', 'one that is broken in another way', 'exit 3', true],
    ['js_api_timeout', 'set-up’s own', `exec '${requireTool('nats-server')}' "$@"`, true],
  ])('has %s, unless %s refuses it', async (setting, _what, text, has) => {
    const binary = join(temporaryFolder(), 'nats-server');
    writeFileSync(binary, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const state = await planState('/clusters/local', { cluster: 'local', runId: 'r1', logDir, nodeCount: 3, binary });
    expect(state.binary).toBe(binary);
    expect(serverConfig(state, state.nodes[0]!).includes(setting)).toBe(has);
  });

  it('dials its peers through the proxies alone, and tells them an address where nobody listens', async () => {
    const state = await planned();
    const text = serverConfig(state, state.nodes[0]!);
    const dialled = [...text.matchAll(/nats:\/\/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
    const ownLinks = state.links.filter(({ name }) => name.startsWith('route-n1-'));
    expect(dialled).toEqual(ownLinks.map(({ listenPort }) => listenPort));
    expect(text).toContain('advertise: "127.0.0.1:1"');
  });

  it('dials the peers themselves where each has a network of its own', async () => {
    const state = await planned();
    const nodes = state.nodes.map((node, i) => ({ ...node, host: `10.9.9.${11 + i}`, routePort: 6222 }));
    const text = serverConfig({ ...state, nodes, network: 'namespaces', links: [] }, nodes[0]!);
    expect(text).toContain('["nats://10.9.9.12:6222","nats://10.9.9.13:6222"]');
    expect(text).toContain('advertise: "10.9.9.11:6222"');
  });

  it('asks for a replica on every node, three at most', async () => {
    const replicas = async (nodeCount: number): Promise<string | undefined> => {
      const state = await planned(nodeCount);
      return /stream_replicas: (\d)/.exec(serverConfig(state, state.nodes[0]!))?.[1];
    };
    expect([await replicas(1), await replicas(2), await replicas(5)]).toEqual(['1', '2', '3']);
  });
});
