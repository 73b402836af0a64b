import { fileURLToPath } from 'node:url';
import { pollUntil } from '../os/clock.js';
import { ChaosError } from '../../domain/errors.js';
import { temporalPaths } from '../layout/paths.js';
import { fetchHere } from '../os/http.js';
import { withLock } from '../os/lock.js';
import { listensOn } from '../os/ports.js';
import { childEnvironment, isAlive, spawnDetached, type ProcessId } from '../os/processes.js';
import { readStored } from '../os/stored.js';
import { prepareFolder, readServer, type ServerState } from './state.js';

const entry = fileURLToPath(new URL('./server-supervisor-main.js', import.meta.url));
const START_LIMIT_MS = 30_000;

function supervisorOf(dataRoot: string): ProcessId | undefined {
  const id = readStored<ProcessId>('supervisor', temporalPaths(dataRoot).supervisor);
  return id !== undefined && isAlive(id) ? id : undefined;
}

/**
 * The embedded server of this data folder, if it runs; changes nothing. It is its own answer that counts: while it starts or ends, the server of
 * another folder may have its ports.
 */
export function runningServer(dataRoot: string): ServerState | undefined {
  const state = readServer(dataRoot);
  if (state?.process == null || !isAlive(state.process)) return undefined;
  const { pid } = state.process;
  return [state.port, state.httpPort].every((port) => listensOn(pid, port)) ? state : undefined;
}

/** The namespace can be used: an open port alone is a few hundred milliseconds too early. */
async function isReady(state: ServerState): Promise<boolean> {
  const response = await fetchHere(`http://127.0.0.1:${state.httpPort}/api/v1/namespaces/default`, {
    signal: AbortSignal.timeout(1000),
  });
  return response.ok && (await response.text()).includes('NAMESPACE_STATE_REGISTERED');
}

/**
 * The embedded server of a data folder, started if need be; the caller has registered itself as a user before. It belongs to a process of its
 * own, which restarts it when it dies and ends it when its users are gone.
 */
export async function ensureServer(dataRoot: string, searchAttributes: readonly string[]): Promise<ServerState> {
  prepareFolder(dataRoot);
  await withLock(temporalPaths(dataRoot).supervisorLock, START_LIMIT_MS, async () => {
    if (supervisorOf(dataRoot) !== undefined) return;
    await spawnDetached({
      command: process.execPath,
      args: [entry, dataRoot, ...searchAttributes],
      env: childEnvironment(`${dataRoot}#supervisor`, {}),
      cwd: dataRoot,
      logFile: temporalPaths(dataRoot).supervisorLog,
    });
    await pollUntil(() => Promise.resolve(supervisorOf(dataRoot)), { limitMs: 10_000, everyMs: 25 });
  });
  const ready = await pollUntil(
    async () => {
      const state = runningServer(dataRoot);
      return state !== undefined && (await isReady(state)) ? state : undefined;
    },
    { limitMs: START_LIMIT_MS, everyMs: 50 },
  );
  if (ready !== undefined) return ready;
  throw new ChaosError(
    'PREFLIGHT_FAILED',
    `the Temporal server did not become ready within ${START_LIMIT_MS} ms; see ${temporalPaths(dataRoot).serverLog}`,
  );
}
