import { beforeAll, describe, expect, it } from 'vitest';
import { jetStreamRequest, routeRoundTripMs, withNats } from '../../../../src/host/drivers/nats/nats-api.js';
import { startNatsServer } from '../../../../testing/nats-server.js';

const login = { username: 'chaos', password: 'secret' };
let server: { host: string; natsPort: number };
beforeAll(async () => {
  server = { host: '127.0.0.1', natsPort: await startNatsServer() };
});

describe('a connection', () => {
  it('lasts as long as the work, whatever becomes of it', async () => {
    const nats = await withNats(server, login, (open) => {
      expect(open.isClosed()).toBe(false);
      return Promise.resolve(open);
    });
    expect(nats.isClosed()).toBe(true);
    await expect(withNats(server, login, () => Promise.reject(new Error('oops')))).rejects.toThrow('oops');
  });

  it('to a server that is not there is an error', async () => {
    await expect(withNats({ ...server, natsPort: 1 }, login, () => Promise.resolve())).rejects.toThrow();
  });
});

describe('a request', () => {
  it('brings its body to who answers; an error in the answer is thrown with its text', async () => {
    await withNats(server, login, async (nats) => {
      const got: unknown[] = [];
      const answers = [{ success: true }, { error: { code: 503, description: 'no quorum' } }];
      nats.subscribe('$JS.API.TEST', {
        callback: (_error, message) => {
          got.push(message.json());
          message.respond(JSON.stringify(answers.shift()));
        },
      });
      await jetStreamRequest(nats, '$JS.API.TEST', { placement: 'n2' });
      expect(got).toEqual([{ placement: 'n2' }]);
      await expect(jetStreamRequest(nats, '$JS.API.TEST', {})).rejects.toThrow('$JS.API.TEST: 503 no quorum');
    });
  });
});

describe('the round trip of a route', () => {
  it('is measured between two servers, which may be the same', async () => {
    const ms = await routeRoundTripMs(server, server, login);
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThan(5000);
  });

  it('is none where nothing passes', async () => {
    const other = { host: '127.0.0.1', natsPort: await startNatsServer() };
    await expect(routeRoundTripMs(server, other, login, 100)).rejects.toThrow();
  });
});
