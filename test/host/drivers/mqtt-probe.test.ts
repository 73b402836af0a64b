import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  countLetIn,
  isAnswering,
  linkState,
  mqttRoundTripMs,
  retainedUnder,
  warmUp,
} from '../../../src/host/drivers/mqtt-probe.js';
import { startMqttBroker, type MqttAnswers } from '../../../testing/mqtt-broker.js';
import { until } from '../../../testing/processes.js';

const host = '127.0.0.1';
const login = { username: 'chaos', password: 'secret' };

describe('a round trip', () => {
  it.each(['3.1.1', '5'] as const)('is measured in MQTT %s, with login and goodbye', async (mqttVersion) => {
    const { port, got } = await startMqttBroker();
    const ms = await mqttRoundTripMs({ host, port }, { ...login, mqttVersion });
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThan(5000);
    await until('the goodbye', () => got.at(-1)?.cmd === 'disconnect');
    expect(got.map(({ cmd }) => cmd)).toEqual(['connect', 'pingreq', 'disconnect']);
    expect(got[0]).toMatchObject({
      protocolVersion: mqttVersion === '5' ? 5 : 4,
      clean: true,
      username: 'chaos',
      password: Buffer.from('secret'),
    });
  });

  it('is no client twice', async () => {
    const { port, got } = await startMqttBroker();
    for (let i = 0; i < 2; i += 1) await mqttRoundTripMs({ host, port }, login);
    const ids = got.flatMap((packet) => (packet.cmd === 'connect' ? packet.clientId : []));
    expect(new Set(ids).size).toBe(2);
  });

  it('is none where the broker lets nobody in, says nothing within the limit, or is not there', async () => {
    const at = async (answers: MqttAnswers) => ({ host, port: (await startMqttBroker(answers)).port });
    await expect(mqttRoundTripMs(await at({ connack: 5 }), login)).rejects.toThrow(/CONNACK .* expected 0, got 5/);
    await expect(mqttRoundTripMs(await at({ silent: true }), login, 50)).rejects.toThrow('no connack within 50 ms');
    await expect(mqttRoundTripMs({ host, port: 1 }, login)).rejects.toThrow('ECONNREFUSED');
  });

  it('is none where the broker hangs up', async () => {
    const server = createServer((socket) => socket.once('data', () => socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await expect(mqttRoundTripMs({ host, port }, login)).rejects.toThrow('connection closed before connack');
    expect(await isAnswering({ host, port }, 5000)).toBe(false);
  });
});

it('a broker that resets the connection at the goodbye, as one that is killed does, ends nobody’s process', async () => {
  const connack = Buffer.from([0x20, 2, 0, 0]);
  const pingresp = Buffer.from([0xd0, 0]);
  const answers = [connack, pingresp];
  let reset = (): void => undefined;
  const wasReset = new Promise<void>((resolve) => (reset = resolve));
  const server = createServer((socket) => {
    socket.on('close', reset).on('data', () => {
      const answer = answers.shift();
      if (answer === undefined) socket.resetAndDestroy();
      else socket.write(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => void server.close());
  const uncaught: unknown[] = [];
  const see = (error: unknown): void => void uncaught.push(error);
  process.on('uncaughtExceptionMonitor', see);
  onTestFinished(() => void process.off('uncaughtExceptionMonitor', see));
  await mqttRoundTripMs({ host, port: (server.address() as AddressInfo).port }, login);
  await wasReset;
  // The kernel has told both ends by then: one more turn of the loop sees it.
  await until('another connection is refused', async () => !(await isAnswering({ host, port: 1 }, 5000)));
  expect(uncaught).toEqual([]);
});

describe('retained values', () => {
  it('are all that a broker sends after the SUBACK, by topic', async () => {
    const retained = { 'a/1': 'one', 'a/2': '2' };
    const { port, got } = await startMqttBroker({ retained });
    expect(await retainedUnder('a/#', { host, port }, { ...login, mqttVersion: '5' })).toEqual(retained);
    expect(got[1]).toMatchObject({ cmd: 'subscribe', subscriptions: [{ topic: 'a/#', qos: 0 }] });
    await until('the goodbye', () => got.at(-1)?.cmd === 'disconnect');
  });

  it('are none where there are none, and an error where nobody answers', async () => {
    const { port } = await startMqttBroker();
    expect(await retainedUnder('a/#', { host, port }, login)).toEqual({});
    const { port: mute } = await startMqttBroker({ silent: true });
    await expect(retainedUnder('a/#', { host, port: mute }, login, 50)).rejects.toThrow('no connack within 50 ms');
  });
});

describe('a warm-up', () => {
  it('subscribes, and takes that back', async () => {
    const { port, got } = await startMqttBroker();
    await warmUp({ host, port }, login);
    await until('the goodbye', () => got.at(-1)?.cmd === 'disconnect');
    expect(got.map(({ cmd }) => cmd)).toEqual(['connect', 'subscribe', 'unsubscribe', 'disconnect']);
  });

  it('is refused by a broker that grants less than it is asked for', async () => {
    const { port } = await startMqttBroker({ granted: 0x80 });
    await expect(warmUp({ host, port }, login)).rejects.toThrow(/expected QoS 1, got \[128\]/);
  });
});

describe('a broker answers', () => {
  it('though it lets nobody in; silence and a closed port are no answer', async () => {
    const refusing = await startMqttBroker({ connack: 5 });
    expect(await isAnswering({ host, port: refusing.port }, 5000)).toBe(true);
    const silent = await startMqttBroker({ silent: true });
    expect(await isAnswering({ host, port: silent.port }, 50)).toBe(false);
    expect(await isAnswering({ host, port: 1 }, 5000)).toBe(false);
    // Of a link it is told whether it was open at least.
    const states = [refusing, silent, { port: 1 }].map(({ port }, i) => linkState({ host, port }, i === 1 ? 50 : 5000));
    expect(await Promise.all(states)).toEqual(['answers', 'silent', 'closed']);
  });
});

describe('clients at once', () => {
  it('are counted as let in while all of them stay, each with a name and a login of its own', async () => {
    const { port, got } = await startMqttBroker();
    expect(await countLetIn({ host, port }, login, 3, 5000)).toBe(3);
    const connects = got.flatMap((packet) => (packet.cmd === 'connect' ? packet : []));
    expect(new Set(connects.map(({ clientId }) => clientId)).size).toBe(3);
    // No goodbye came before the last of them was through.
    expect(got.slice(0, 3).map(({ cmd }) => cmd)).toEqual(['connect', 'connect', 'connect']);
  });

  it('are not let in by a broker that refuses, says nothing within the limit, or is not there', async () => {
    const { port: refusing } = await startMqttBroker({ connack: 5 });
    const { port: silent } = await startMqttBroker({ silent: true });
    expect(await countLetIn({ host, port: refusing }, login, 2, 5000)).toBe(0);
    expect(await countLetIn({ host, port: silent }, login, 2, 50)).toBe(0);
    expect(await countLetIn({ host, port: 1 }, login, 2, 5000)).toBe(0);
  });

  it('prove nothing where this host cannot even ask', async () => {
    await expect(countLetIn({ host: '255.255.255.255', port: 1 }, login, 1, 5000)).rejects.toThrow(
      /EACCES|ENETUNREACH/,
    );
  });
});
