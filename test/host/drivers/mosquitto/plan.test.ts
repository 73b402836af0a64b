import { expect, it } from 'vitest';
import { cannotBe, planState } from '../../../../src/host/drivers/mosquitto/plan.js';

const options = { cluster: 'local', runId: 'r1', logDir: '/run/cluster', nodeCount: 1, binary: '/usr/sbin/mosquitto' };

it('a planned broker has a port of its own, one for its proxy and one for the proxies’ own server', () => {
  const { nodes, links, proxyApiPort } = planState(options);
  const [node] = nodes;
  expect(nodes).toHaveLength(1);
  expect(new Set([node?.mqttPort, node?.proxiedMqttPort, proxyApiPort]).size).toBe(3);
  const { mqttPort: upstreamPort, proxiedMqttPort: listenPort } = node!;
  expect(links).toEqual([{ name: 'client-n1', kind: 'client', listenPort, upstreamPort }]);
  for (const path of [node?.configFile, node?.passwordFile, node?.logFile, node?.dataDir])
    expect(path).toMatch(/^\/run\/cluster\/n1\//);
});

it('its password is one that no other run has, and stands in its password file as a hash', () => {
  const [one, other] = [planState(options), planState(options)];
  expect(one.password).toMatch(/^[0-9a-f]{24}$/);
  expect(one.password).not.toBe(other.password);
  expect(one.passwordLine).toMatch(/^chaos:\$7\$/);
  expect(one.passwordLine).not.toContain(one.password);
});

it('more than one node, and namespaces, are refused, each in a sentence', () => {
  expect(cannotBe({ nodes: 1, network: 'proxies' })).toEqual({});
  const sentence = 'expected 1, got 3; driver mosquitto is one broker, which knows no cluster';
  expect(cannotBe({ nodes: 3, network: 'namespaces' })).toEqual({
    nodes: sentence,
    network: 'expected proxies, got namespaces, which driver mosquitto does not support',
  });
  expect(() => planState({ ...options, nodeCount: 3 })).toThrow(`cluster.nodes: ${sentence}`);
  expect(() => planState({ ...options, network: 'namespaces' })).toThrow('cluster.network: expected proxies');
});
