import { spawn, type ChildProcess } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync, mkdirSync, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { monotonicUs } from '../os/clock.js';
import { phasePaths } from '../layout/phase-paths.js';
import { isDiskFull, writeIfRoom } from '../os/files.js';
import { watchHost } from '../os/host-cpu.js';
import { childEnvironment, sweepOwned, signalGroup } from '../os/processes.js';
import { readStored, writeStored } from '../os/stored.js';
import { captureBounded, captureLines } from './output.js';
import { clientOwner, clusterDirOf, isOfPhase, type ClientExit, type ClientSpec, type PhaseSpec } from './phase.js';
import { scriptProblem } from './script.js';

/**
 * The process that watches the clients of one phase: `node runner-main.js <phase folder>`. It lives on when a worker dies. SIGTERM is passed on
 * to each client once (stop publishing, drain, report): a second one would end its drain. It ends when the last of them has.
 */
const spec = readStored<PhaseSpec>('phase', phasePaths(process.argv[2] as string).spec) as PhaseSpec;
const filesOf = phasePaths(spec.dir).client;
const host = watchHost(clusterDirOf(spec.owner), (owner) => isOfPhase(spec.owner, owner));
/** What an ended client has written is read for at most this long. */
const PIPE_LIMIT_MS = 2000;

const running = new Set<ChildProcess>();

function noteReady(sdk: string, line: string): void {
  if (!line.startsWith('{"event"') && !line.includes('"ready"')) return;
  try {
    const event = JSON.parse(line) as { event?: unknown; publisher?: unknown; subscriber?: unknown };
    if (event.event !== 'ready') return;
    const { publisher = null, subscriber = null } = event;
    writeStored('client ready', filesOf(sdk).ready, { publisher, subscriber });
  } catch {
    // Not a line for us; the last line is checked when the client has ended.
  }
}

async function compressLedger(sdk: string): Promise<void> {
  const { ledger, packedLedger } = filesOf(sdk);
  if (!existsSync(ledger)) return;
  try {
    await pipeline(createReadStream(ledger), createGzip(), createWriteStream(packedLedger));
    rmSync(ledger);
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    rmSync(packedLedger, { force: true });
  }
}

/** Kills a client with everything that it has started: its group at once, then whatever carries its mark, in whatever session. */
async function endAll(child: ChildProcess, owner: string): Promise<void> {
  signalGroup(child, 'SIGKILL');
  await sweepOwned((found) => found === owner).catch(() => undefined);
}

/** Resolves with the exit of the process itself, when all that it has written is read and all that it has left running is gone. */
function awaitExit(
  child: ChildProcess,
  owner: string,
  limitMs: number,
): Promise<{ code: number | null; signal: string | null; late: boolean }> {
  return new Promise((resolve) => {
    let late = false;
    let gone: Promise<void> = Promise.resolve();
    const timer = setTimeout(() => {
      late = true;
      void endAll(child, owner);
    }, limitMs);
    child.once('exit', () => {
      clearTimeout(timer);
      gone = endAll(child, owner);
      // A process that has left group, session and mark may hold the pipes open for ever.
      setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream?.destroy()), PIPE_LIMIT_MS).unref();
    });
    child.once('close', (code, signal) => void gone.then(() => resolve({ code, signal, late })));
  });
}

async function runClient(client: ClientSpec): Promise<void> {
  const { dir, exit, stdout, stderr } = filesOf(client.sdk);
  mkdirSync(dir, { recursive: true });
  const owner = clientOwner(spec.owner, client.sdk);
  const started = monotonicUs();
  const finish = (
    end: Pick<ClientExit, 'kind' | 'code' | 'signal'>,
    lastLine = '',
    truncated = false,
    bytes = 0,
  ): boolean =>
    // A client without it is one whose watcher died.
    writeIfRoom(() =>
      writeStored('client exit', exit, {
        ...end,
        lastLine,
        lastLineTruncated: truncated,
        stdoutBytes: bytes,
        durationSeconds: Math.round((monotonicUs() - started) / 1000) / 1000,
        hostCpu: host.soFar(),
      } satisfies ClientExit),
    );
  // The pre-check has looked, too, but this is another moment, and perhaps another folder.
  const problem = scriptProblem(client.script);
  if (problem !== undefined) {
    finish({ kind: 'not_found', code: null, signal: problem });
    return;
  }
  const child = spawn(client.script, [], {
    cwd: dir,
    env: childEnvironment(owner, { ...client.env, MQTT_PASSWORD: process.env['MQTT_PASSWORD'] ?? '' }),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const failed = await new Promise<Error | undefined>((resolve) => {
    child.once('error', resolve);
    child.once('spawn', () => resolve(undefined));
  });
  if (failed !== undefined) {
    finish({ kind: 'not_found', code: null, signal: failed.message });
    return;
  }
  running.add(child);
  const lines = captureLines(child.stdout, stdout, (line) => noteReady(client.sdk, line));
  captureBounded(child.stderr, stderr);
  const { code, signal, late } = await awaitExit(child, owner, client.limitMs);
  running.delete(child);
  await compressLedger(client.sdk);
  const kind = late ? 'timeout' : signal === null ? 'exited' : 'signalled';
  const { lastLine, lastLineTruncated, bytes } = lines.result();
  finish({ kind, code, signal }, lastLine, lastLineTruncated, bytes);
}

const told = new Set<ChildProcess>();
process.on('SIGTERM', () => {
  for (const child of running) {
    if (!told.has(child)) signalGroup(child, 'SIGTERM');
    told.add(child);
  }
});
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
await Promise.all(spec.clients.map(runClient));
