import { expect, it } from 'vitest';
import { serveHttp, SERVER_NAME, whyNotServed } from '../../../src/host/os/http-server.js';

const hello = { host: '127.0.0.1', port: 0 };

it('an address is served until it is closed, also to who is still connected', async () => {
  const server = await serveHttp((request, response) => response.end(request.url), hello);
  const url = `http://127.0.0.1:${server.port}/there`;
  const answer = await fetch(url);
  expect([answer.headers.get('server'), await answer.text()]).toEqual([SERVER_NAME, '/there']);
  await server.close();
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});

it('why an address cannot be had is said, with who has it', async () => {
  const server = await serveHttp((_request, response) => response.end(), hello);
  const taken = { text: `127.0.0.1:${server.port}`, host: '127.0.0.1', port: server.port };
  const foreign = { text: '192.0.2.1:9464', host: '192.0.2.1', port: 9464 };
  const problem = (at: typeof taken): Promise<string> =>
    serveHttp(() => undefined, at).then(
      () => 'served',
      (error: unknown) => whyNotServed(at, error),
    );
  expect(await problem(taken)).toMatch(new RegExp(`^process ${process.pid} \\(.+\\) has ${taken.text}$`));
  expect(await problem(foreign)).toBe('192.0.2.1:9464 is no address of this host');
  expect(whyNotServed(taken, new Error('listen EACCES'))).toBe(`${taken.text}: listen EACCES`);
  await server.close();
});
