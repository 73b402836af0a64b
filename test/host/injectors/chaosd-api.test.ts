import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { attackDelay, experiments, health, recoverAttack } from '../../../src/host/injectors/chaosd-api.js';

/** What the server was asked, and what it answers. */
let asked: { method: string; url: string; body: string }[] = [];
let answer: { status: number; text: string };
let base: string;

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    asked.push({ method: request.method ?? '', url: request.url ?? '', body });
    response.writeHead(answer.status).end(answer.text);
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
});

describe('chaosd', () => {
  it('is asked for a delay with its ports as one text, and with the protocol that they need', async () => {
    answer = { status: 200, text: '{"message":"attack successfully"}' };
    const attack = { uid: 'u1', device: 'eth0', delayMs: 100, jitterMs: 10, addresses: [], ports: [1883, 6222] };
    expect(await attackDelay(base, attack)).toEqual({ status: 200, message: 'attack successfully' });
    expect(asked[0]).toMatchObject({ method: 'POST', url: '/api/attack/network' });
    expect(JSON.parse(asked[0]!.body)).toMatchObject({
      action: 'delay',
      uid: 'u1',
      device: 'eth0',
      latency: '100ms',
      jitter: '10ms',
      'ip-protocol': 'tcp',
      'source-port': '1883,6222',
    });
  });

  it('is asked to recover by an id that may hold anything', async () => {
    answer = { status: 404, text: '{"message":"not found"}' };
    expect(await recoverAttack(base, 'a/b c')).toEqual({ status: 404, message: 'not found' });
    expect(asked[0]).toMatchObject({ method: 'DELETE', url: '/api/attack/a%2Fb%20c' });
  });

  it('lists its experiments, none as null', async () => {
    answer = { status: 200, text: '[{"uid":"u1","status":"success"}]' };
    expect(await experiments(base)).toEqual([{ uid: 'u1', status: 'success' }]);
    expect(asked[0]?.url).toBe('/api/experiments/');
    answer = { status: 200, text: 'null' };
    expect(await experiments(base)).toEqual([]);
  });

  it.each([
    [500, '{"message":"out of order"}', /500 out of order/],
    [200, '{"message":"no list"}', /no list/],
    [404, '404 page not found', /expected JSON, got 404/],
  ])('that answers %i %s with no list is an error', async (status, text, words) => {
    answer = { status, text };
    await expect(experiments(base)).rejects.toThrow(words);
  });

  it('says how it is', async () => {
    answer = { status: 200, text: '{"status":0}' };
    expect(await health(base)).toEqual({ status: 200, message: '' });
  });
});
