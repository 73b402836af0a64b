import { expect, it } from 'vitest';
import { listenAddress } from '../../src/config/listen-address.js';

it.each([
  ['127.0.0.1:9464', '127.0.0.1', 9464],
  ['[::1]:1024', '::1', 1024],
  ['0.0.0.0:65535', '0.0.0.0', 65_535],
])('%s is an address', (text, host, port) => {
  expect(listenAddress.parse(text)).toEqual({ host, port, text });
});

it.each([
  'localhost:9464',
  '127.0.0.1',
  '127.0.0.1:',
  '127.0.0.1:80',
  '127.0.0.1:65536',
  '127.0.0.1:9464/metrics',
  'http://127.0.0.1:9464',
  '256.0.0.1:9464',
  '::1:9464',
  '[localhost]:9464',
  9464,
  true,
  ['127.0.0.1:9464'],
])('%j is none, and one error says what is', (given) => {
  const messages = listenAddress.safeParse(given).error?.issues.map(({ message }) => message);
  expect(messages).toEqual([
    expect.stringContaining('expected a numeric address and a port from 1024 on, e.g. 127.0.0.1:9464'),
  ]);
});
