import { existsSync, rmSync } from 'node:fs';
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
import { isOfUpdate, updateEnvironment, watcherOwner } from './owners.js';
import { forget, keep, keptBeside, putBack, shaOf, whoRuns, whyNoProgram } from './program.js';

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
  const begun = readStored<Begun>('update begun', files.begun);
  const inUse = begun === undefined ? whoRuns(binary) : undefined;
  if (inUse !== undefined) {
    const { process, command } = inUse;
    return refuse(plan, `the program is in use, by process ${process.pid}: ${command}`, await shaOf(binary));
  }
  const { watcher, sha256Before } = await begin(plan, binary, begun);
  while (isAlive(watcher)) await sleepMs(POLL_MS, signal);
  await sweepOwned(isOfUpdate(plan.runDir));
  return conclude(plan, binary, sha256Before);
}

/**
 * Ends the command of a run that is not to go on, and puts the program of before back. Does nothing where no update is under way. Called at the end of every run, too: it
 * may have been cancelled while no worker was there.
 */
export async function giveUpUpdate(plan: RunPlan): Promise<void> {
  const files = updatePaths(plan.runDir);
  const begun = readStored<Begun>('update begun', files.begun);
  if (begun === undefined || readStored<BrokerUpdated>('broker update', files.outcome) !== undefined) return;
  await sweepOwned(isOfUpdate(plan.runDir));
  noteProblem(plan, 'it was ended with its run');
  await conclude(plan, binaryOf(plan), begun.sha256Before);
}

function binaryOf({ binary }: RunPlan): string {
  if (binary !== undefined) return binary;
  const place = 'set cluster.binary, and cluster.project_root or ROBUSTMQ_HOME';
  throw new ChaosError('PREFLIGHT_FAILED', `cluster.update: expected to know where the broker is; ${place}`);
}

/** Keeps the program of before and starts the command, each once; what an attempt has started without noting it is ended first. */
async function begin(
  { runId, runDir }: RunPlan,
  binary: string,
  earlier: Begun | undefined,
): Promise<{ readonly sha256Before: string | null; readonly watcher: ProcessId }> {
  const files = updatePaths(runDir);
  if (earlier?.watcher != null) return { ...earlier, watcher: earlier.watcher };
  await sweepOwned(isOfUpdate(runDir));
  rmSync(files.exit, { force: true });
  const sha256Before = earlier === undefined ? await shaOf(binary) : earlier.sha256Before;
  if (earlier === undefined && sha256Before !== null) await keep(binary, keptBeside(binary, runId));
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

/** What went wrong is noted before anything is put back: whoever has to do this again must not take the old program for the new one. */
function noteProblem({ runDir }: RunPlan, problem: string): void {
  const { exit } = updatePaths(runDir);
  const known = readStored<UpdateExit>('update exit', exit);
  writeStored('update exit', exit, { code: known?.code ?? null, seconds: known?.seconds ?? null, problem });
}

async function conclude(plan: RunPlan, binary: string, sha256Before: string | null): Promise<BrokerUpdated> {
  const files = updatePaths(plan.runDir);
  const exit = readStored<UpdateExit>('update exit', files.exit);
  const problem = updateProblem(exit, existsSync(binary) ? { whyNot: whyNoProgram(binary) } : null);
  const kept = keptBeside(binary, plan.runId);
  if (problem !== null) {
    noteProblem(plan, problem);
    await putBackOrSay(plan, binary, sha256Before);
  }
  const shas = { sha256Before, sha256After: await shaOf(binary) };
  const text = updatedText(shas, { problem, seconds: exit?.seconds ?? null, lastLine: lastLineOf(files.log) });
  const outcome: BrokerUpdated = { ok: problem === null, text, ...shas };
  writeStored('broker update', files.outcome, outcome);
  forget(kept);
  return outcome;
}

/** The command was not run at all. */
function refuse({ runDir }: RunPlan, problem: string, sha256: string | null): BrokerUpdated {
  const shas = { sha256Before: sha256, sha256After: sha256 };
  const text = updatedText(shas, { problem, seconds: null, lastLine: '' });
  writeStored('broker update', updatePaths(runDir).outcome, { ok: false, text, ...shas } satisfies BrokerUpdated);
  return { ok: false, text, ...shas };
}

async function putBackOrSay({ runId, runDir }: RunPlan, binary: string, sha256Before: string | null): Promise<void> {
  const kept = keptBeside(binary, runId);
  try {
    await putBack(binary, kept, sha256Before);
  } catch (error) {
    const text = `cluster.update failed, and the broker of before could not be put back to ${binary} (${messageOf(error)}); it is kept as ${kept}`;
    const outcome = { ok: false, text, sha256Before, sha256After: null };
    writeStored('broker update', updatePaths(runDir).outcome, outcome satisfies BrokerUpdated);
    throw new ChaosError('PREFLIGHT_FAILED', text);
  }
}

/** In an address, what stands before the @ lets somebody in. */
const CREDENTIALS = /(\w+:\/\/)[^\s/@]+@/g;

/** What the command said last. Reports are read by many. */
const lastLineOf = (log: string): string =>
  visible(readTail(log, TAIL_BYTES).trimEnd().split('\n').at(-1) ?? '')
    .replace(CREDENTIALS, '$1***@')
    .slice(0, LINE_CHARS);
