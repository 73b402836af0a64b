import { constants, copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { updateProblem, updatedText, type BrokerUpdated, type UpdateExit } from '../../domain/broker-update.js';
import { ChaosError, messageOf } from '../../domain/errors.js';
import type { RunPlan } from '../../domain/plan.js';
import { visible } from '../../domain/verbatim.js';
import { updatePaths } from '../layout/update-paths.js';
import { sleepMs } from '../os/clock.js';
import { readTail } from '../os/files.js';
import { childEnvironment, isAlive, spawnDetached, sweepOwned, type ProcessId } from '../os/processes.js';
import { readStored, writeStored } from '../os/stored.js';
import { fileSha256 } from '../os/versions.js';
import { isOfUpdate, updateEnvironment, watcherOwner } from './owners.js';

const entry = fileURLToPath(new URL('./update-main.js', import.meta.url));
const POLL_MS = 200;
const TAIL_BYTES = 4096;
const LINE_CHARS = 200;

/** What an update begins with: the program of before, and who watches the command. */
interface Begun {
  readonly sha256Before: string | null;
  /** Null: not started yet, as far as anybody knows. */
  readonly watcher: ProcessId | null;
}

/**
 * Runs the config's `cluster.update` once for a run: a later attempt waits for the command that an earlier one has started, or repeats what came out.
 * If it fails, the broker's program is as it was before. Rejects if that cannot be brought about; an abort leaves the command running.
 */
export async function updateBroker(plan: RunPlan, signal: AbortSignal): Promise<BrokerUpdated> {
  const files = updatePaths(plan.runDir);
  const done = readStored<BrokerUpdated>('broker update', files.outcome);
  if (done !== undefined) return done;
  const binary = binaryOf(plan);
  const begun = await begin(plan, binary);
  while (isAlive(begun.watcher)) await sleepMs(POLL_MS, signal);
  return conclude(plan, binary, begun);
}

/** Ends the command of a run that is not to go on, and puts the program of before back. */
export async function giveUpUpdate(plan: RunPlan): Promise<void> {
  const files = updatePaths(plan.runDir);
  const begun = readStored<Begun>('update begun', files.begun);
  await sweepOwned(isOfUpdate(plan.runDir));
  if (begun === undefined || existsSync(files.outcome)) return;
  await putBack(binaryOf(plan), files.kept, begun.sha256Before);
  rmSync(files.kept, { force: true });
}

function binaryOf({ binary }: RunPlan): string {
  if (binary !== undefined) return binary;
  const place = 'set cluster.binary, and cluster.project_root or ROBUSTMQ_HOME';
  throw new ChaosError('PREFLIGHT_FAILED', `cluster.update: expected to know where the broker is; ${place}`);
}

/** Keeps the program of before and starts the command, each once; what an attempt has started without noting it is ended first. */
async function begin(plan: RunPlan, binary: string): Promise<Begun & { readonly watcher: ProcessId }> {
  const { runId, runDir } = plan;
  const files = updatePaths(runDir);
  const earlier = readStored<Begun>('update begun', files.begun);
  if (earlier?.watcher != null) return { ...earlier, watcher: earlier.watcher };
  await sweepOwned(isOfUpdate(runDir));
  const sha256Before = earlier === undefined ? await shaOf(binary) : earlier.sha256Before;
  if (earlier === undefined && sha256Before !== null) copyWhole(binary, files.kept);
  writeStored('update begun', files.begun, { sha256Before, watcher: null } satisfies Begun);
  const watcher = await spawnDetached({
    command: process.execPath,
    args: [entry, runDir],
    env: childEnvironment(watcherOwner(runDir), updateEnvironment({ runId, binary })),
    cwd: runDir,
    logFile: files.log,
  });
  writeStored('update begun', files.begun, { sha256Before, watcher } satisfies Begun);
  return { sha256Before, watcher };
}

async function conclude({ runDir }: RunPlan, binary: string, { sha256Before }: Begun): Promise<BrokerUpdated> {
  const files = updatePaths(runDir);
  await sweepOwned(isOfUpdate(runDir));
  const exit = readStored<UpdateExit>('update exit', files.exit);
  const problem = updateProblem(exit, await shaOf(binary));
  if (problem !== null) await putBack(binary, files.kept, sha256Before);
  const shas = { sha256Before, sha256After: await shaOf(binary) };
  const lastLine = visible(readTail(files.log, TAIL_BYTES).trimEnd().split('\n').at(-1) ?? '').slice(0, LINE_CHARS);
  const text = updatedText(shas, { problem, seconds: exit?.seconds ?? null, lastLine });
  const outcome: BrokerUpdated = { ok: problem === null, text, ...shas };
  writeStored('broker update', files.outcome, outcome);
  rmSync(files.kept, { force: true });
  return outcome;
}

const shaOf = async (file: string): Promise<string | null> => (existsSync(file) ? fileSha256(file) : null);

/** The program of before, if it is another now, or gone. Where there was none, what a failed command has left is no broker: it is set aside. */
async function putBack(binary: string, kept: string, sha256Before: string | null): Promise<void> {
  try {
    if ((await shaOf(binary)) === sha256Before) return;
    if (sha256Before === null) renameSync(binary, `${binary}.not-updated`);
    else copyWhole(kept, binary);
  } catch (error) {
    throw new ChaosError(
      'PREFLIGHT_FAILED',
      `cluster.update failed, and the broker of before could not be put back to ${binary} (${messageOf(error)}); it is kept as ${kept}`,
    );
  }
}

/** A file appears at its place only when all of it is there. */
function copyWhole(from: string, to: string): void {
  const part = join(dirname(to), `.robustmq-chaos-${process.pid}.part`);
  try {
    copyFileSync(from, part, constants.COPYFILE_FICLONE);
    renameSync(part, to);
  } finally {
    rmSync(part, { force: true });
  }
}
