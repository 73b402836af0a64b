import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { interfaceTargets, natsNetwork } from '../../../../src/host/drivers/nats/network.js';
import { planState } from '../../../../src/host/drivers/nats/plan.js';
import { saveState } from '../../../../src/host/drivers/nats/state.js';
import { temporaryFolder } from '../../../../testing/processes.js';

const root = temporaryFolder();
const dir = join(root, 'local');
const planned = () => planState(dir, { cluster: 'local', runId: 'r1', logDir: root, nodeCount: 3 });

describe('the network of a cluster', () => {
  it('is undefined where nothing was started', () => {
    expect(natsNetwork(join(root, 'none'))).toBeUndefined();
  });

  it('has a path to each node and one between any two', async () => {
    saveState(dir, await planned());
    const paths = (await natsNetwork(dir)?.paths()) ?? [];
    expect(paths.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      ...['client clients-n1', 'client clients-n2', 'client clients-n3'],
      ...['route n1-n2', 'route n1-n3', 'route n2-n3'],
    ]);
  });

  it('on loopback is one interface with the ports of all brokers, through proxies', async () => {
    const state = await planned();
    saveState(dir, state);
    const network = natsNetwork(dir);
    expect(network?.proxies).not.toBeNull();
    expect(network?.interfaces()).toMatchObject([{ name: 'lo', node: null, device: 'lo' }]);
    expect(network?.interfaces()[0]?.ports).toEqual(
      state.nodes.flatMap(({ mqttPort, routePort }) => [mqttPort, routePort]),
    );
  });

  it('in namespaces is an interface for each node, and there are no proxies', async () => {
    const state = await planned();
    saveState(dir, { ...state, network: 'namespaces', links: [] });
    const network = natsNetwork(dir);
    expect(network?.proxies).toBeNull();
    expect(network?.interfaces().map(({ name, node, device }) => [name, node, device])).toEqual([
      ['n1.eth0', 'n1', 'eth0'],
      ['n2.eth0', 'n2', 'eth0'],
      ['n3.eth0', 'n3', 'eth0'],
    ]);
  });
});

it('a scenario may name the interfaces that there are', () => {
  expect(interfaceTargets({ nodeCount: 2, network: 'proxies' })).toEqual(['eth0', 'lo']);
  expect(interfaceTargets({ nodeCount: 2, network: 'namespaces' })).toEqual(['eth0', 'n1.eth0', 'n2.eth0']);
});
