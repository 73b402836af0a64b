import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import { pollUntil } from '../src/host/os/clock.js';
import { freePorts, listensOn } from '../src/host/os/ports.js';
import { childEnvironment } from '../src/host/os/processes.js';
import type { TestCluster } from './nats-cluster.js';

const START_LIMIT_MS = 20_000;
const [USERNAME, PASSWORD] = ['chaos', 'secret'];

/** One Mosquitto with three ports, which stand for the nodes of a cluster: for clients that speak only MQTT 5. Everything of it lives in `folder`. */
export async function startTestMosquitto(folder: string): Promise<TestCluster> {
  const dir = join(folder, 'mosquitto');
  mkdirSync(dir);
  const ports = freePorts(3);
  const [config, passwords, log] = [join(dir, 'mosquitto.conf'), join(dir, 'passwords'), join(dir, 'log')];
  await execa('mosquitto_passwd', ['-c', '-b', passwords, USERNAME, PASSWORD]);
  const settings = [
    'user root',
    'allow_anonymous false',
    `password_file ${passwords}`,
    'max_queued_messages 0',
    // As in the driver: with the default of 20 it lost acknowledged messages.
    'max_inflight_messages 0',
    'log_type all',
  ];
  writeFileSync(config, [...settings, ...ports.map((port) => `listener ${port} 127.0.0.1`), ''].join('\n'));
  const child = spawn('mosquitto', ['-c', config], {
    env: childEnvironment(`${folder}#mosquitto`, {}),
    stdio: ['ignore', openSync(log, 'a'), openSync(log, 'a')],
  });
  const ended = once(child, 'exit');
  const up = (): Promise<true | undefined> =>
    Promise.resolve(ports.every((port) => listensOn(child.pid ?? NaN, port)) || undefined);
  if ((await pollUntil(up, { limitMs: START_LIMIT_MS, everyMs: 20 })) === undefined)
    throw new Error(`mosquitto does not listen: ${readFileSync(log, 'utf8')}`);
  return {
    settings: {
      endpoints: ports.map((port) => `127.0.0.1:${port}`),
      username: USERNAME,
      password: PASSWORD,
      ackWaitMs: 5000,
    },
    clientsByEndpoint: () => Promise.resolve(connectedIn(readFileSync(log, 'utf8'))),
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

/** Who is connected, and to which of its ports, by Mosquitto's log. */
function connectedIn(log: string): Map<string, string[]> {
  const [portOf, found] = [new Map<string, string>(), new Map<string, string[]>()];
  for (const line of log.split('\n')) {
    const [, peer, port] = /New connection from (\S+) on port (\d+)/.exec(line) ?? [];
    if (peer !== undefined && port !== undefined) portOf.set(peer, `127.0.0.1:${port}`);
    const [, from, id] = /New client connected from (\S+) as (\S+) /.exec(line) ?? [];
    if (from !== undefined && id !== undefined) {
      const at = portOf.get(from) ?? 'unknown';
      found.set(at, [...(found.get(at) ?? []), id]);
    }
    const [, gone] = /Client (\S+) (?:disconnected|closed)/.exec(line) ?? [];
    for (const [at, ids] of found)
      found.set(
        at,
        ids.filter((one) => one !== gone),
      );
  }
  return found;
}
