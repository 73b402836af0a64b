import { describe, expect, it } from 'vitest';
import type { NetworkPath } from '../../../src/host/drivers/contract.js';
import type { Injection, NetworkEffect, Work } from '../../../src/host/injectors/contract.js';
import { toxiproxy } from '../../../src/host/injectors/toxiproxy.js';
import { recordingProxies, withNetwork } from '../../../testing/fake-cluster.js';

const path = (name: string, kind: NetworkPath['kind']): NetworkPath => ({
  name,
  kind,
  nodes: ['n1'],
  measureRoundTripMs: () => Promise.resolve(1),
});
const clients = [path('clients-n1', 'client')];
const all = [...clients, path('n1-n2', 'route')];
const work = (effect: NetworkEffect): Work => ({ effect, params: {} });
const delay = work({ kind: 'delay', delayMs: 100, jitterMs: 10, target: 'eth0' });
const cut = work({ kind: 'partition', node: 'n2' });
const injection = (of: Work): Injection => ({ ...of, faultId: 'f1', own: {} });
const on = (paths: readonly NetworkPath[]) => {
  const { proxies, asked } = recordingProxies();
  return { cluster: withNetwork({ proxies, paths: () => Promise.resolve(paths) }), asked };
};

describe('toxics', () => {
  it('need proxies, and for a cut some that carry what the nodes say to each other', async () => {
    for (const none of [undefined, {}])
      expect(await toxiproxy.unavailableReason(delay, withNetwork(none))).toMatch(/has no proxies/);
    expect(await toxiproxy.unavailableReason(cut, on(clients).cluster)).toMatch(/between the nodes/);
    expect(await toxiproxy.unavailableReason(delay, on(clients).cluster)).toBeUndefined();
    expect(await toxiproxy.unavailableReason(cut, on(all).cluster)).toBeUndefined();
  });

  it('say what they touch, and that both directions are delayed', async () => {
    const { touches, riseFactor } = await toxiproxy.plan(delay, on(all).cluster);
    expect(touches).toMatch(/^eth0 .*every client link and every route/);
    expect(riseFactor(all[0]!)).toBe(2);
    expect((await toxiproxy.plan(delay, on(clients).cluster)).touches).toMatch(/traffic between its nodes is not/);
    expect((await toxiproxy.plan(cut, on(all).cluster)).touches).toMatch(/^every route of n2/);
  });

  it('delay every link or cut one node, are looked at for just that, and go', async () => {
    const { cluster, asked } = on(all);
    for (const each of [delay, cut]) {
      await toxiproxy.inject(injection(each), cluster);
      expect(await toxiproxy.isWhole(injection(each), cluster)).toBe(true);
    }
    expect(await toxiproxy.active(injection(cut), cluster)).toEqual(['client-n1/chaos-latency-upstream']);
    await toxiproxy.clear(injection(cut), cluster);
    expect(asked).toEqual(['delay 100 ± 10', 'whole "delay"', 'cut n2', 'whole {"cut":"n2"}', 'clear']);
  });

  it('that are to be set where no proxies are is an error with the cluster’s folder', async () => {
    await expect(toxiproxy.inject(injection(cut), withNetwork(undefined))).rejects.toThrow('/nowhere/clusters/local');
  });
});
