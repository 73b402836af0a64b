import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { runPaths } from '../../src/host/layout/paths.js';
import { inThread } from '../../src/threads/index.js';
import { errorOf } from '../../testing/host-cluster.js';
import { temporaryFolder } from '../../testing/processes.js';
import { writeLedger } from '../../testing/reports/stored.js';
import { syntheticRun } from '../../testing/reports/synthetic.js';

const place = { scenario: null, phase: 'control' } as const;

/** The clients of a phase that left a ledger of many messages each. */
function phaseWithLedgers(sdks: readonly string[]): { phaseDir: string; sdks: readonly string[] } {
  const runDir = temporaryFolder();
  const [stored] = syntheticRun({ messages: 5000, sdks: ['go'], lostEvery: 100 }).ledgers;
  for (const sdk of sdks) writeLedger(runDir, { ...place, sdk, ledger: stored!.ledger });
  return { phaseDir: runPaths(runDir).phase(null, 'control'), sdks };
}
const figuresOf = ({ phaseDir, sdks }: ReturnType<typeof phaseWithLedgers>, signal?: AbortSignal) => {
  const end = { kind: 'exited', code: 0 } as const;
  const outcomes = sdks.map((sdk) => ({ sdk, end, result: null, lineProblem: null, durationSeconds: 1, attempt: 1 }));
  return inThread('faultPeriodOf', { phaseDir, outcomes, fromUs: 0, toUs: 1e15, borders: [] }, signal);
};

it('a job leaves the thread that asks for it free to turn', async () => {
  const phase = phaseWithLedgers(['go', 'rust']);
  let [turns, isDone] = [0, false];
  const job = figuresOf(phase).finally(() => (isDone = true));
  while (!isDone) {
    await turn();
    turns += 1;
  }
  expect((await job).figures).toMatchObject([
    { sdk: 'go', planned: 5000 },
    { sdk: 'rust', planned: 5000 },
  ]);
  expect(turns).toBeGreaterThan(100);
});

it('a job ends where it stands with its signal, and the next one is done', async () => {
  const control = new AbortController();
  const ended = figuresOf(phaseWithLedgers(['go', 'rust', 'java', 'python']), control.signal);
  control.abort();
  expect(await errorOf(ended)).toMatch(/abort/i);
  expect((await figuresOf(phaseWithLedgers(['go']))).figures).toHaveLength(1);
});

it('a job that waits for one that is ended is done', async () => {
  const control = new AbortController();
  const ended = errorOf(figuresOf(phaseWithLedgers(['go', 'rust', 'java', 'python']), control.signal));
  const next = figuresOf(phaseWithLedgers(['go']));
  control.abort();
  expect(await ended).toMatch(/abort/i);
  expect((await next).figures).toHaveLength(1);
});

it('an error of a job is thrown as it was there', async () => {
  const dataRoot = join(temporaryFolder(), 'a file');
  writeFileSync(dataRoot, '');
  await expect(inThread('updateHistory', { dataRoot, changed: [] })).rejects.toMatchObject({ code: 'EEXIST' });
});
