import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notification, NotificationKind } from '../../../src/domain/notification.js';
import type { NotifyError } from '../../../src/host/notify/contract.js';
import { notifiersFor } from '../../../src/host/notify/index.js';
import { pingNotifier } from '../../../src/host/notify/ping.js';
import { NOBODY } from '../../../testing/notify.js';

/** A service that waits for pings: what was requested of it, and what it answers. */
interface Service {
  readonly requests: string[];
  answer: number | 'nothing';
  readonly url: string;
  readonly close: () => Promise<unknown>;
}

async function startService(): Promise<Service> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      requests.push(`${request.method} ${request.url} ${body}`);
      if (service.answer !== 'nothing') response.writeHead(service.answer).end('OK');
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const service: Service = {
    requests,
    answer: 200,
    url: `http://127.0.0.1:${port}/planted-uuid`,
    close: () => {
      server.closeAllConnections();
      return new Promise((closed) => server.close(closed));
    },
  };
  return service;
}

let service: Service;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service.close());

const message = (kind: NotificationKind, ofRound = true): Notification => ({
  id: `run-1/${kind}`,
  kind,
  runId: 'run-1',
  cluster: 'local',
  urgent: false,
  ofRound,
  text: kind,
  reportUrl: null,
});
const context = { folder: '/nowhere' };
const send = (kind: NotificationKind, ofRound?: boolean): Promise<void> =>
  pingNotifier(service.url).send(message(kind, ofRound), context);

describe('the address that waits for verdicts', () => {
  it('is requested by the convention of healthchecks.io', async () => {
    await pingNotifier(service.url).started?.('run-1');
    await send('failed');
    await send('passed');
    expect(service.requests).toEqual([
      'POST /planted-uuid/start run-1',
      'POST /planted-uuid/fail run-1',
      'POST /planted-uuid run-1',
    ]);
  });

  it('takes a round with nothing but known failures for one that is alive', async () => {
    await send('known');
    expect(service.requests).toEqual(['POST /planted-uuid run-1']);
    expect(pingNotifier(service.url).takesQuiet).toBe(true);
  });

  it('may have a query', async () => {
    await pingNotifier(`${service.url}?create=1`).send(message('failed'), context);
    expect(service.requests).toEqual(['POST /planted-uuid/fail?create=1 run-1']);
  });

  it('is not requested for what is no verdict of a full round', async () => {
    await send('passed', false);
    await send('breaker', false);
    expect(service.requests).toEqual([]);
  });

  it.each([
    [404, false],
    [429, true],
    [500, true],
  ] as const)('that answers %i is tried again: %s; the error does not show its path', async (status, retryable) => {
    service.answer = status;
    const error = await send('passed').catch((caught: unknown) => caught as NotifyError);
    expect(error).toMatchObject({ name: 'NotifyError', retryable, message: expect.stringContaining(`${status}`) });
    expect(String(error)).not.toContain('planted');
  });

  it('that does not answer, or is not there, is tried again', async () => {
    service.answer = 'nothing';
    const late = pingNotifier(service.url, 50).send(message('passed'), context);
    await expect(late).rejects.toMatchObject({
      retryable: true,
      message: expect.stringContaining('none within 0.05 s'),
    });
    await service.close();
    const error = await send('passed').catch((caught: unknown) => caught as NotifyError);
    expect(error).toMatchObject({ retryable: true, message: expect.stringContaining('ECONNREFUSED') });
    expect(String(error)).not.toContain('planted');
  });
});

it('an address in the config is one more way of telling', () => {
  const names = (pingUrl: string | null): string[] => notifiersFor({ ...NOBODY, pingUrl }).map(({ name }) => name);
  expect(names(null)).not.toContain('ping');
  expect(names(service.url)).toContain('ping');
});
