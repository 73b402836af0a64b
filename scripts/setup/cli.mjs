// The command line of set-up: what was asked, what is missing, can it be done here, do it.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { takeLock } from '../os/lock.mjs';
import { flock } from './flock.mjs';
import { describeInspection, describeToolchain, inspect } from './inspect.mjs';
import { endMarked, isInsideStep } from './processes.mjs';
import { createProgress } from './progress.mjs';
import { StepFailure, runTasks } from './runner.mjs';
import { sdks } from './sdks.mjs';
import { stepState } from './state.mjs';
import { projectSteps, toolOnPath } from './steps.mjs';
import { checkToolchains, toolchains as allToolchains } from './toolchains.mjs';

/** @import { Step } from './steps.mjs' */
/** @import { Progress } from './progress.mjs' */
/** @import { Task } from './runner.mjs' */
/** @import { Toolchain } from './toolchains.mjs' */

const USAGE = `Usage: npm run setup -- [options]     does what is missing, and nothing else

  --sdk <names>   only these SDK clients, and the toolchains they need: ${sdks.map(({ name }) => name).join(',')}
  --check         only say what is there and what is missing; status 1 if anything is
  --json          with --check: as JSON
  --quiet         only failures; with --check: only the status
  --help          this text`;

/** Something the person has to change before set-up can go on; the message says what. */
class Refusal extends Error {
  /** @param {string} message */
  constructor(message, status = 1) {
    super(message);
    this.status = status;
  }
}

/**
 * @typedef {object} Project what set-up works on; tests give their own
 * @property {string} root
 * @property {(sdkNames: string[] | null) => Step[]} steps
 * @property {Toolchain[]} toolchains
 */

/** @type {Project} */
const thisProject = {
  root: fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, ''),
  steps: (names) => projectSteps(names === null ? sdks : sdks.filter(({ name }) => names.includes(name))),
  toolchains: allToolchains,
};

/**
 * Set-up from its arguments to its exit status. Writes to standard error; only --check and --help write to standard output.
 * @param {string[]} args
 * @param {Project} project
 * @returns {Promise<number>} 0 everything is there, 1 not, 2 unusable arguments, 64 a folder that cannot be used, 128 + n ended by signal n
 */
export async function runSetup(args, project = thisProject) {
  const quiet = args.includes('--quiet') || process.env.npm_config_loglevel === 'silent';
  const progress = createProgress({ stream: process.stderr, quiet });
  try {
    const options = readOptions(args);
    if (options.help) {
      process.stdout.write(`${USAGE}\n`);
      return 0;
    }
    if (process.platform !== 'linux') {
      throw new Refusal(
        'this runs on Linux only (it reads /proc); on macOS or Windows use a Linux virtual machine or WSL 2',
      );
    }
    const { root } = project;
    refuseFolder(root);
    const steps = project.steps(options.sdkNames);
    if (options.check) {
      const inspection = await inspect({ root, steps, toolchains: project.toolchains });
      const text = options.json ? JSON.stringify(inspection) : describeInspection(inspection);
      if (!quiet) process.stdout.write(`${text}\n`);
      return inspection.ok ? 0 : 1;
    }
    if (!isInsideStep(root)) await untilSignal((signal) => doMissing(steps, { ...project, progress, signal }));
    return 0;
  } catch (error) {
    if (error instanceof StepFailure) progress.fail(error.message);
    else progress.fail(`set-up: ${/** @type {Error} */ (error).message}`);
    return error instanceof Refusal ? error.status : 1;
  } finally {
    progress.close();
  }
}

/** What the tools of a build take for something else in the path of a folder, and for what. */
const UNUSABLE = /** @type {const} */ ([
  [':', 'it divides lists of paths'],
  ['?', 'it ends a path for the bundler of the workflows'],
  ['!', 'it ends a path for the bundler of the workflows'],
  ['\\', 'compilers take it for "/"'],
  ['${', 'Maven puts a variable in its place, and so does whoever was to make this folder'],
]);

/**
 * Refuses a folder in which something would be built elsewhere, or not at all.
 * @param {string} root
 */
function refuseFolder(root) {
  const found = UNUSABLE.find(([text]) => root.includes(text));
  if (found === undefined) return;
  const [text, why] = found;
  throw new Refusal(`expected a folder without "${text}" in its path (${why}), got ${root}; move the folder`, 64);
}

/** @param {string[]} args */
function readOptions(args) {
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  let values;
  try {
    const options = {
      sdk: /** @type {const} */ ({ type: 'string' }),
      check: flag,
      json: flag,
      quiet: flag,
      help: flag,
    };
    ({ values } = parseArgs({ args, options }));
  } catch (error) {
    throw new Refusal(`${/** @type {Error} */ (error).message}\n${USAGE}`, 2);
  }
  if (values.json && !values.check) throw new Refusal('--json goes with --check', 2);
  const sdkNames = values.sdk === undefined ? null : values.sdk.split(',').map((name) => name.trim());
  const unknown = (sdkNames ?? []).filter((name) => !sdks.some((sdk) => sdk.name === name));
  if (unknown.length > 0) {
    throw new Refusal(
      `there is no SDK client ${unknown.join(', ')}; there are ${sdks.map(({ name }) => name).join(', ')}`,
      2,
    );
  }
  return { ...values, sdkNames };
}

/**
 * Gives up cleanly when the person, or a supervisor, asks for it.
 * @param {(signal: AbortSignal) => Promise<void>} work
 */
async function untilSignal(work) {
  const controller = new AbortController();
  const signals = /** @type {const} */ ({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 });
  const stop = (/** @type {keyof typeof signals} */ name) => {
    controller.abort(
      new Refusal(
        `ended by ${name}; nothing of it runs any more, and the next one goes on from here`,
        128 + signals[name],
      ),
    );
  };
  for (const name of Object.keys(signals)) process.on(name, stop);
  try {
    await work(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    for (const name of Object.keys(signals)) process.off(name, stop);
  }
}

/**
 * @param {Step[]} steps
 * @param {{ root: string, toolchains: Toolchain[], progress: Progress, signal: AbortSignal }} options
 */
async function doMissing(steps, { root, toolchains, progress, signal }) {
  const missing = () => steps.filter((step) => stepState(root, step) !== 'ready');
  const first = missing();
  if (first.length === 0) {
    progress.say('set-up: ready');
    return;
  }
  const tasks = await Promise.all(first.map(async (step) => ({ step, tool: await toolOnPath(step) })));
  const commands = await requireToolchains(tasks, toolchains);
  // One set-up at a time per folder.
  const release = await takeLock(join(root, '.tools/setup.lock'), {
    tryLock: flock,
    everyMs: 250,
    onHeld: (holder, tries) => {
      if (tries === 1)
        progress.say(`set-up: another one is at work (process ${holder()?.pid ?? 'unknown'}); waiting for it…`);
    },
    signal,
  });
  try {
    const left = await endMarked(root);
    if (left > 0) progress.say(`set-up: ended ${left} processes that a killed set-up had left behind`);
    // Another set-up may have done some of it in the meantime.
    const stillMissing = new Set(missing());
    const startedMs = Date.now();
    await runTasks(
      tasks.filter(({ step }) => stillMissing.has(step)),
      { root, commands, progress, signal },
    );
    progress.say(`set-up: ready after ${((Date.now() - startedMs) / 1_000).toFixed(1)} s`);
  } finally {
    release();
  }
}

/**
 * Refuses, with everything that is wrong at once, before anything long is started.
 * @param {Task[]} tasks
 * @param {Toolchain[]} table
 * @returns {Promise<Map<string, string>>} how each toolchain is called
 */
async function requireToolchains(tasks, table) {
  const building = tasks.filter(({ tool }) => tool === null).map(({ step }) => step);
  const reports = await checkToolchains(
    building.flatMap(({ needs }) => needs),
    table,
  );
  const bad = reports.filter(({ ok }) => !ok);
  if (bad.length === 0)
    return new Map(reports.flatMap(({ name, command }) => (command === null ? [] : [[name, command]])));

  const users = (/** @type {string} */ toolchain) =>
    building.filter(({ needs }) => needs.includes(toolchain)).map(({ name }) => name);
  const lines = bad.map(
    (report) => `  ${report.name} (for ${users(report.name).join(', ')}): ${describeToolchain(report)}`,
  );
  const blocked = bad.flatMap(({ name }) => users(name));
  const possible = sdks.map(({ name }) => name).filter((name) => !blocked.includes(`sdk-${name}`));
  const avoidable = possible.length > 0 && blocked.every((name) => name.startsWith('sdk-'));
  if (avoidable) lines.push(`Or go without those SDK clients: --sdk ${possible.join(',')}`);
  throw new Refusal(`missing or too old, nothing was started:\n${lines.join('\n')}`);
}
