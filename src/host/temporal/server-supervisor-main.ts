import { existsSync, openSync } from 'node:fs';
import { spawn, type ChildProcess } from 'node:child_process';
import { basename } from 'node:path';
import { monotonicUs, pollUntil, sleepMs } from '../os/clock.js';
import { temporalPaths } from '../layout/paths.js';
import { writeIfRoom } from '../os/files.js';
import { logLine as log } from '../os/log.js';
import { withLock } from '../os/lock.js';
import { isPortFree, freePorts } from '../os/ports.js';
import { childEnvironment, endProcess, identify, isAlive, ownIdentity } from '../os/processes.js';
import { removeStored, writeStored } from '../os/stored.js';
import { requireTool } from '../os/tools.js';
import { isServerUsed, readServer, type ServerState } from './state.js';

/**
 * Owns the embedded Temporal server of a data folder: `node supervisor-main.js <data folder> <search attribute>…`. Starts it, starts it again if it
 * dies, and stops it when no process that uses it has lived for a few seconds.
 */
const [dataRoot = '', ...searchAttributes] = process.argv.slice(2);
const files = temporalPaths(dataRoot);

/** Long enough for one command to follow another without a restart in between, well under the 10 s that a server may outlive its users. */
const UNUSED_LIMIT_MS = 3000;
/** A busy server takes longer than its usual 3 s; all in all it is gone 10 s after its last user, and its database survives a kill. */
const END_LIMIT_MS = 4000;
const PREFERRED_PORTS = [17_233, 18_233, 17_243, 17_253] as const;

/** The server's own 8,096 are meant for a cluster; of a data folder's two or three open workflows none has to be read again with these. */
const CACHED_WORKFLOWS = 64;
/** Its garbage is collected before it uses more than this, and not only when the heap has doubled. No bound: what it needs it gets. */
const MEMORY_LIMIT = '128MiB';

/** The ports of last time, or the preferred ones; each replaced by a free one if it is taken. */
function choosePorts(): ServerState {
  const last = readServer(dataRoot);
  const wanted = last === undefined ? PREFERRED_PORTS : [last.port, last.uiPort, last.httpPort, last.metricsPort];
  const spare = freePorts(wanted.length);
  const ports = wanted.map((port, i) => (isPortFree(port) ? port : (spare[i] as number)));
  const [port, uiPort, httpPort, metricsPort] = ports as [number, number, number, number];
  return { port, uiPort, httpPort, metricsPort, process: null };
}

/** Even if this process is killed the server does not stay: the kernel ends it with its parent, where `setpriv` is there to ask for it. */
function withParent(command: string, args: readonly string[]): [string, string[]] {
  const setpriv = '/usr/bin/setpriv';
  return existsSync(setpriv) ? [setpriv, ['--pdeathsig', 'KILL', '--', command, ...args]] : [command, [...args]];
}

function launch(state: ServerState): ChildProcess {
  const [command, args] = withParent(requireTool('temporal'), [
    ...['server', 'start-dev', '--db-filename', basename(files.database), '--ip', '127.0.0.1'],
    ...['--port', String(state.port), '--ui-port', String(state.uiPort)],
    ...['--http-port', String(state.httpPort), '--metrics-port', String(state.metricsPort)],
    ...['--ui-disable-news-fetch', '--log-level', 'warn', '--log-format', 'json'],
    ...['--dynamic-config-value', `history.hostLevelCacheMaxSize=${String(CACHED_WORKFLOWS)}`],
    ...searchAttributes.flatMap((attribute) => ['--search-attribute', attribute]),
  ]);
  const output = openSync(files.serverLog, 'a');
  const env = childEnvironment(`${dataRoot}#server`, { GOMEMLIMIT: MEMORY_LIMIT });
  // The server makes an address of the file's name, in which `#`, `?` and `%` would mean something: it gets a name without a folder.
  return spawn(command, args, { cwd: files.folder, stdio: ['ignore', output, output], env });
}

/** One life of the server: from its start until it ends by itself or nobody uses it. True if it is to be started again. */
async function serve(): Promise<boolean> {
  const state = choosePorts();
  const child = launch(state);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.once('error', (error) => log(`server did not start: ${String(error)}`));
  const id = identify(child.pid ?? -1) ?? null;
  // A server that a full disk has ended comes back on it, by the ports that are known.
  writeIfRoom(() => writeStored('server', files.server, { ...state, process: id } satisfies ServerState));
  log(`server ${String(child.pid)} on 127.0.0.1:${state.port}`);
  let usedUs = monotonicUs();
  while (id !== null && isAlive(id)) {
    if (isServerUsed(dataRoot)) usedUs = monotonicUs();
    if (monotonicUs() - usedUs > UNUSED_LIMIT_MS * 1000) {
      log('nobody uses the server any more');
      await endProcess(id, END_LIMIT_MS);
      return false;
    }
    await Promise.race([ended, sleepMs(250)]);
  }
  log('the server ended by itself; starting it again');
  await sleepMs(500);
  return isServerUsed(dataRoot);
}

for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => log(`${signal} ignored`));
writeIfRoom(() => writeStored('supervisor', files.supervisor, ownIdentity()));
const left = readServer(dataRoot)?.process;
if (left) await endProcess(left, END_LIMIT_MS);
let again = true;
while (again) {
  again = await serve();
  // Under the lock under which supervisors are started: a command that begins just now finds this one staying, or none.
  await withLock(files.supervisorLock, 10_000, async () => {
    const wanted = await pollUntil(() => Promise.resolve(isServerUsed(dataRoot) ? true : undefined), {
      limitMs: 0,
      everyMs: 1,
    });
    again = again || wanted === true;
    if (!again) removeStored('supervisor', files.supervisor);
  });
}
log('going');
