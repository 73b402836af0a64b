import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ClusterNetwork, FaultCluster } from '../../../src/host/drivers/contract.js';
import { natsDriver } from '../../../src/host/drivers/nats/index.js';
import { chaosd } from '../../../src/host/injectors/chaosd.js';
import type { Injection, Work } from '../../../src/host/injectors/contract.js';

interface Row {
  readonly uid: string;
  status: string;
}

/** Answers as chaosd does, with its traps: no de-duplication, no recovery of what is destroyed or in error. */
interface StandIn {
  readonly url: string;
  readonly rows: Row[];
  readonly posts: Record<string, unknown>[];
  /** The next attack is done, and its answer never sent. */
  loseNextAnswer: boolean;
  /** The next attack does half of its work. */
  failNext: boolean;
}

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function body(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Record<string, unknown>;
}

async function standIn(): Promise<StandIn> {
  const state = {
    url: '',
    rows: [] as Row[],
    posts: [] as Record<string, unknown>[],
    loseNextAnswer: false,
    failNext: false,
  };
  const attack = async (request: IncomingMessage): Promise<[number, unknown] | undefined> => {
    const asked = await body(request);
    state.posts.push(asked);
    const uid = String(asked['uid']);
    state.rows.push({ uid, status: state.failNext ? 'error' : 'success' });
    if (state.failNext) return [500, { error: true, message: 'tc: exit status 2', code: 'x' }];
    if (state.loseNextAnswer) return undefined;
    return [200, { status: 200, message: 'attack successfully', uid }];
  };
  const recover = (uid: string): [number, unknown] => {
    const row = state.rows.find((each) => each.uid === uid);
    if (row === undefined) return [404, { error: true, message: `experiment ${uid} not found` }];
    if (row.status !== 'success') return [500, { error: true, message: `can not recover ${row.status} experiment` }];
    row.status = 'destroyed';
    return [200, { status: 200, message: 'attack recover successfully' }];
  };
  const answer = async (request: IncomingMessage): Promise<[number, unknown] | undefined> => {
    const path = request.url ?? '';
    if (path === '/api/system/health') return [200, { status: 0, message: '' }];
    if (path === '/api/experiments/') return [200, state.rows];
    if (path === '/api/attack/network' && request.method === 'POST') return attack(request);
    if (path.startsWith('/api/attack/') && request.method === 'DELETE') return recover(path.split('/').at(-1) ?? '');
    return [404, { message: 'no such route' }];
  };
  const server = createServer((request, response) => {
    void answer(request).then((said) => {
      if (said === undefined) return request.socket.destroy();
      response.writeHead(said[0], { 'content-type': 'application/json' });
      return response.end(JSON.stringify(said[1]));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return state;
}

const lo = { name: 'lo', node: null, namespace: null, device: 'lo', address: '127.0.0.1', ports: [1883, 6222] };
const network: ClusterNetwork = { proxies: null, interfaces: () => [lo], paths: () => Promise.resolve([]) };
const cluster: FaultCluster = { dir: '/nowhere', driver: { ...natsDriver, network: () => network } };

const workOn = (url: string, target = 'lo'): Work => ({
  effect: { kind: 'delay', delayMs: 100, jitterMs: 10, target },
  params: { chaosd_url: url },
});

async function planned(url: string): Promise<Injection> {
  const { own } = await chaosd.plan(workOn(url), cluster);
  return { ...workOn(url), faultId: 'delay-1', own };
}

describe('a delay by chaosd', () => {
  it('is asked for with the protocol and the ports as text, is seen, and is taken back', async () => {
    const server = await standIn();
    const injection = await planned(server.url);
    expect(await chaosd.unavailableReason(workOn(server.url), cluster)).toBeUndefined();
    await chaosd.inject(injection, cluster);
    expect(server.posts).toEqual([
      {
        action: 'delay',
        uid: injection.own['uid'],
        device: 'lo',
        latency: '100ms',
        jitter: '10ms',
        correlation: '0',
        'ip-protocol': 'tcp',
        'source-port': '1883,6222',
      },
    ]);
    expect(await chaosd.isWhole(injection, cluster)).toBe(true);
    await chaosd.clear(injection, cluster);
    expect(await chaosd.active(injection, cluster)).toEqual([]);
  });

  it('whose answer was lost is not injected a second time, and is still taken back', async () => {
    const server = await standIn();
    const injection = await planned(server.url);
    server.loseNextAnswer = true;
    await expect(chaosd.inject(injection, cluster)).rejects.toThrow();
    await chaosd.inject(injection, cluster);
    expect(server.posts).toHaveLength(1);
    await chaosd.clear(injection, cluster);
    expect(server.rows).toEqual([{ uid: injection.own['uid'], status: 'destroyed' }]);
  });

  it('may be taken back twice, and without having been injected', async () => {
    const server = await standIn();
    const injection = await planned(server.url);
    await chaosd.clear(injection, cluster);
    await chaosd.inject(injection, cluster);
    await chaosd.clear(injection, cluster);
    await chaosd.clear(injection, cluster);
    expect(await chaosd.active(injection, cluster)).toEqual([]);
  });

  it('that did half of its work is in force, cannot be taken back by chaosd, and says so', async () => {
    const server = await standIn();
    const injection = await planned(server.url);
    server.failNext = true;
    await expect(chaosd.inject(injection, cluster)).rejects.toThrow(/chaosd refused the delay: 500 tc: exit status 2/);
    expect(await chaosd.isWhole(injection, cluster)).toBe(false);
    expect(await chaosd.active(injection, cluster)).toHaveLength(1);
    await expect(chaosd.clear(injection, cluster)).rejects.toThrow(
      /\(error\): 500 can not recover error experiment; look at the host/,
    );
  });
});

describe('chaosd is not used', () => {
  it('where no server is named', async () => {
    expect(await chaosd.unavailableReason({ ...workOn(''), params: {} }, cluster)).toBe(
      'it is not configured (params.chaosd_url)',
    );
  });

  it('where the server does not answer', async () => {
    const server = await standIn();
    await Promise.all(servers.splice(0).map((each) => new Promise((resolve) => each.close(resolve))));
    expect(await chaosd.unavailableReason(workOn(server.url), cluster)).toMatch(/does not answer/);
  });

  it('beside another experiment, since each takes the qdiscs of all interfaces away', async () => {
    const server = await standIn();
    server.rows.push({ uid: 'somebody-else', status: 'success' }, { uid: 'old', status: 'destroyed' });
    expect(await chaosd.unavailableReason(workOn(server.url), cluster)).toMatch(
      /an experiment that is not over: somebody-else \(success\)$/,
    );
  });

  it('on an interface that no broker’s traffic leaves by, and for cuts', async () => {
    const server = await standIn();
    expect(await chaosd.unavailableReason(workOn(server.url, 'eth0'), cluster)).toMatch(
      /no broker's traffic leaves this host by eth0/,
    );
    const cut: Work = { effect: { kind: 'partition', node: 'n1' }, params: { chaosd_url: server.url } };
    expect(await chaosd.unavailableReason(cut, cluster)).toBe('it is used for delays only');
  });
});
