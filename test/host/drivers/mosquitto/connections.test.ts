import { expect, it } from 'vitest';
import { connectedIn } from '../../../../src/host/drivers/mosquitto/connections.js';

const log = (...said: string[]): string[] => said.map((words) => `2026-01-01T00:00:00: ${words}`);
const came = (id: string): string => `New client connected from 127.0.0.1:5 as ${id} (p5, c1, k30, u'chaos').`;

it('who has connected and is not gone is connected, whatever its id', () => {
  const ids = ['go-pub', 'a client disconnected.', 'has exceeded timeout', 'with (p5 in it'];
  expect(connectedIn(log(...ids.map(came)))).toEqual(ids);
});

it.each([
  'Client go-pub disconnected.',
  'Client go-pub disconnected: protocol error.',
  'Client go-pub disconnected, not authorised.',
  'Client go-pub disconnected due to oversize packet.',
  'Client go-pub closed its connection.',
  'Client go-pub has exceeded timeout, disconnecting.',
  'Client go-pub been disconnected by administrative action.',
  'Bad socket read/write on client go-pub: Invalid arguments provided.',
])('“%s” means that it is gone', (words) => {
  expect(connectedIn(log(came('go-sub'), came('go-pub'), words))).toEqual(['go-sub']);
});

it('a client that was taken over by itself is connected', () => {
  const over = 'Client go-pub already connected, closing old connection.';
  expect(connectedIn(log(came('go-pub'), over, came('go-pub')))).toEqual(['go-pub']);
});

it('nobody is who was connected before the broker was killed and started again', () => {
  const lines = log(came('old'), 'mosquitto version 2.0.11 starting', 'mosquitto version 2.0.11 running', came('new'));
  expect(connectedIn(lines)).toEqual(['new']);
});
