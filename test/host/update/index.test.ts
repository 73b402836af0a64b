import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunPlan } from '../../../src/domain/plan.js';
import type * as Update from '../../../src/host/update/index.js';
import { runPaths } from '../../../src/host/layout/paths.js';
import { updatePaths } from '../../../src/host/layout/update-paths.js';
import { signalProcess, type ProcessId } from '../../../src/host/os/processes.js';
import { readStored, writeStored } from '../../../src/host/os/stored.js';
import { whoRuns } from '../../../src/host/update/program.js';
import { built } from '../../../testing/built.js';
import { ownedBy, temporaryFolder, until } from '../../../testing/processes.js';
import { plan as basePlan } from '../../../testing/reports/values.js';

const { updateBroker, giveUpUpdate } = await built<typeof Update>('host/update/index.js');

const OLD = '#!/bin/sh\n# the broker of before\n';
/** A program, as a command writes one over another. */
const written = (what: string): string => `printf '#!/bin/sh\\n# ${what}\\n' > bin/broker`;
let folder: string;
let binary: string;
let going: AbortController;

beforeEach(() => {
  folder = temporaryFolder();
  binary = join(folder, 'bin', 'broker');
  mkdirSync(join(folder, 'bin'));
  writeFileSync(binary, OLD, { mode: 0o755 });
  going = new AbortController();
});
afterEach(() => {
  expect(ownedBy(folder)).toEqual([]);
});

/** A run whose config has this script as its update. */
function planOf(script: string, limitMs = 20_000): RunPlan {
  const runDir = join(folder, 'run');
  const update = { command: ['sh', '-c', script], cwd: folder, limitMs };
  const plan: RunPlan = { ...basePlan, runId: 'run-1', runDir, binary, update };
  mkdirSync(runDir, { recursive: true });
  writeStored('plan', runPaths(runDir).plan, plan);
  return plan;
}

const update = (plan: RunPlan) => updateBroker(plan, going.signal);
const broker = (): string => readFileSync(binary, 'utf8');
const nothingElse = (): void => expect(readdirSync(join(folder, 'bin'))).toEqual(['broker']);

describe('an update', () => {
  it('brings another broker, once for a run, in the folder of the config', async () => {
    const plan = planOf(
      `${written('new')}; echo "$ROBUSTMQ_CHAOS_RUN_ID $ROBUSTMQ_CHAOS_BINARY" >> told; pwd >> where`,
    );
    const first = await update(plan);
    expect(first).toMatchObject({
      ok: true,
      text: expect.stringMatching(/another one, sha256 \w{12} → sha256 \w{12}/),
    });
    expect(await update(plan)).toEqual(first);
    expect(broker()).toContain('# new');
    expect(['where', 'told'].map((file) => readFileSync(join(folder, file), 'utf8'))).toEqual([
      `${folder}\n`,
      `run-1 ${binary}\n`,
    ]);
    nothingElse();
  });

  it('may find nothing newer', async () => {
    expect(await update(planOf('true'))).toMatchObject({ ok: true, text: expect.stringContaining('same as before') });
  });

  it.each([
    [
      'ends with an error, the program half written',
      'echo half > bin/broker; echo no route; exit 3',
      /exit status 3, its last words: no route/,
    ],
    ['ends well without a program', 'rm bin/broker', /exit status 0, but there is no program/],
    ['fetches a page', 'echo "<html>not found" > bin/broker', /exit status 0, but what it has left is no program/],
    [
      'brings what may not be executed',
      `${written('new')}; chmod 644 bin/broker`,
      /exit status 0, but what it has left may not be/,
    ],
    [
      'tells a secret',
      'echo "fatal: https://me:planted@host/x"; exit 1',
      /its last words: fatal: https:\/\/\*\*\*@host\/x/,
    ],
    ['is killed', 'rm bin/broker; kill -9 $$', /ended by SIGKILL/],
    [
      'takes too long, with children',
      'echo half > bin/broker; (sleep 60 & setsid sleep 60 & sleep 60)',
      /not done within/,
    ],
  ])('that %s leaves the broker of before', async (_what, script, words) => {
    const isLate = /sleep/.test(script);
    const outcome = await update(planOf(script, isLate ? 500 : 20_000));
    expect(outcome).toMatchObject({ ok: false, text: expect.stringMatching(words) });
    expect(outcome.text).toContain('the broker of before is used');
    expect(outcome.sha256After).toBe(outcome.sha256Before);
    expect(broker()).toBe(OLD);
    nothingElse();
  });

  it('whose command is not there says so', async () => {
    const plan = planOf('');
    writeStored('plan', runPaths(plan.runDir).plan, { ...plan, update: { ...plan.update, command: ['./fetch'] } });
    expect(await update(plan)).toMatchObject({ ok: false, text: expect.stringContaining('./fetch cannot be run') });
  });

  it('that fails where there was no broker leaves none that could be taken for one', async () => {
    const plan = planOf('echo half > bin/first; exit 1');
    const first = join(folder, 'bin', 'first');
    const outcome = await update({ ...plan, binary: first });
    expect(outcome).toMatchObject({ ok: false, sha256After: null });
    expect([existsSync(first), existsSync(`${first}.not-updated`)]).toEqual([false, true]);
  });

  it('is not begun while somebody runs the program: what is killed and started again there must not be another build', async () => {
    writeFileSync(binary, `#!/bin/sh\nwhile [ ! -e stop ]; do sleep 0.02; done\n`);
    const running = spawn(binary, { cwd: folder, stdio: 'ignore' });
    const ended = once(running, 'exit');
    await until('it runs', () => whoRuns(binary));
    const outcome = await update(planOf('rm bin/broker'));
    writeFileSync(join(folder, 'stop'), '');
    await ended;
    expect(outcome).toMatchObject({ ok: false, text: expect.stringMatching(/in use, by process \d+: .*bin\/broker/) });
    nothingElse();
  });

  it('whose result was not written when it had been put back is not taken for one that went well', async () => {
    const plan = planOf('rm bin/broker');
    await update(plan);
    // As if the worker had been killed between the two.
    rmSync(updatePaths(plan.runDir).outcome);
    expect(await update(plan)).toMatchObject({ ok: false, text: expect.stringContaining('there is no program') });
  });

  it('without a place for the broker is refused', async () => {
    await expect(update({ ...planOf('true'), binary: undefined })).rejects.toThrow(/set cluster\.binary/);
  });
});

describe('an update that was left alone', () => {
  const script = `echo begun >> count; while [ ! -e go ]; do sleep 0.02; done; ${written('new')}`;
  const begun = (): boolean => existsSync(join(folder, 'count'));

  /** A worker has begun it, and is gone. */
  async function leave(plan: RunPlan): Promise<void> {
    const attempt = update(plan);
    await until('the command has begun', begun);
    going.abort();
    await expect(attempt).rejects.toThrow('aborted');
    going = new AbortController();
  }

  it('is waited for by the next attempt, and not begun again', async () => {
    const plan = planOf(script);
    await leave(plan);
    writeFileSync(join(folder, 'go'), '');
    expect(await update(plan)).toMatchObject({ ok: true });
    expect(broker()).toContain('# new');
    expect(readFileSync(join(folder, 'count'), 'utf8')).toBe('begun\n');
  });

  it('is ended when the run is not to go on', async () => {
    const plan = planOf(`echo half > bin/broker; ${script}`);
    await leave(plan);
    await giveUpUpdate(plan);
    expect([broker(), ownedBy(folder)]).toEqual([OLD, []]);
    expect(await update(plan)).toMatchObject({ ok: false, text: expect.stringContaining('it was ended with its run') });
    nothingElse();
  });

  it('whose watcher was killed has failed, and its command is ended', async () => {
    const plan = planOf(`echo half > bin/broker; ${script}`);
    await leave(plan);
    const { watcher } = readStored<{ watcher: ProcessId }>('update begun', updatePaths(plan.runDir).begun) ?? {};
    expect(watcher !== undefined && signalProcess(watcher, 'SIGKILL')).toBe(true);
    expect(await update(plan)).toMatchObject({ ok: false, text: expect.stringContaining('its process is gone') });
    expect(broker()).toBe(OLD);
  });
});
