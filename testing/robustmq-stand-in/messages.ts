import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { env } from 'node:process';
import { pollUntil } from '../../src/host/os/clock.js';
import { readJson, writeJson } from '../../src/host/os/files.js';
import { withLock } from '../../src/host/os/lock.js';
import { freePorts, listensOn } from '../../src/host/os/ports.js';
import {
  OWNER_VARIABLE,
  childEnvironment,
  isAlive,
  spawnDetached,
  type ProcessId,
} from '../../src/host/os/processes.js';
import type { Settings } from './settings.js';

interface Running {
  readonly process: ProcessId;
  readonly port: number;
}

const START_LIMIT_MS = 20_000;

/** Sessions are kept for as long as the process lives, and nothing on disk; no limit of its own makes it drop a message. */
const configOn = (port: number): string => `listener ${port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
max_inflight_messages 0
set_tcp_nodelay true
`;

async function start(folder: string): Promise<Running> {
  const [port = 0] = freePorts(1);
  const configFile = join(folder, 'messages.conf');
  writeFileSync(configFile, configOn(port));
  // A mark of its own: who ends one node of the cluster does not end it, who ends the cluster does.
  const owner = (env[OWNER_VARIABLE] ?? '').replace(/#.*/, '#messages');
  const process = await spawnDetached({
    command: 'mosquitto',
    args: ['-c', configFile],
    env: childEnvironment(owner, {}),
    cwd: folder,
    logFile: join(folder, 'messages.log'),
  });
  const up = await pollUntil(() => Promise.resolve(listensOn(process.pid, port) || undefined), {
    limitMs: START_LIMIT_MS,
    everyMs: 20,
  });
  if (up === undefined) throw new Error(`mosquitto does not listen on ${port}; see ${folder}/messages.log`);
  return { process, port };
}

/**
 * The port of the Mosquitto that has the messages and sessions of all nodes of this cluster, as the real ones have theirs in common. It outlives each
 * node; the first to need it starts it.
 */
export function messagesPort({ shared }: Settings): Promise<number> {
  const file = `${shared}.messages`;
  return withLock(`${file}.lock`, START_LIMIT_MS, async () => {
    const found = readJson<Running>(file);
    if (found !== undefined && isAlive(found.process)) return found.port;
    const started = await start(dirname(shared));
    writeJson(file, started);
    return started.port;
  });
}
