import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { judgeSdk } from '../../src/domain/judge-sdk.js';
import { brokerOf } from '../../src/domain/tested-broker.js';
import type { VerdictRules } from '../../src/domain/verdict.js';
import type { RunPlan, RunRef } from '../../src/domain/plan.js';
import type { ReportFile } from '../../src/domain/report-data.js';
import { REPORT_PAGE } from '../../src/domain/run-files.js';
import { dataPaths, runDir, runPaths } from '../../src/host/layout/paths.js';
import { phasePaths } from '../../src/host/layout/phase-paths.js';
import { readJson, writeJson } from '../../src/host/os/files.js';
import type { ReportWritten, WriteReportRequest } from '../../src/messages/requests.js';
import type { HistoryEntry } from '../../src/domain/history.js';
import { historyEntry, historyIndex } from '../../src/report/history.js';
import * as reportFiles from '../../src/report/run-files.js';
import { plannedRun } from '../../testing/activities.js';
import { writeReport } from '../../src/threads/write-report.js';
import { temporaryFolder } from '../../testing/processes.js';
import { problemsOf } from '../../testing/json-schema.js';
import { rounds } from '../../testing/series/history.js';
import { knownEntry } from '../../testing/known.js';
import { result } from '../../testing/reports/values.js';
import { outcome, rules } from '../../testing/values.js';
import { killSingle, networkDelay } from '../../testing/workflows/plans.js';

vi.mock('../../src/report/run-files.js', { spy: true });

const versions = { chaos: '0.1.0', 'nats-server': 'unknown' };

let plan: RunPlan;
let run: RunRef;
beforeEach(() => {
  ({ plan, run } = plannedRun(temporaryFolder(), {
    scenarios: [killSingle, networkDelay],
    warnings: ['no Rust on this host'],
  }));
});

const write = (change: Partial<WriteReportRequest> = {}): ReportWritten => {
  const request = {
    run,
    workflowId: 'chaos-run',
    startedAt: '2026-11-22T11:58:00.000Z',
    cancelled: false,
    endpoint: '127.0.0.1:1883',
    dataDirs: [],
    control: [],
    controlVerdicts: [],
    runFailures: [],
    endSnapshot: null,
    notes: [],
    verdicts: [],
    ...change,
  };
  return writeReport({ plan, request, versions });
};
const reported = (): ReportFile => readJson<ReportFile>(runPaths(plan.runDir).reportJson) as ReportFile;
const record = (scenario = killSingle): void =>
  writeJson(runPaths(plan.runDir).scenario(scenario.name), result(scenario, { faultPeriod: [] }));

describe('the report of a run', () => {
  it('is made of what the scenarios wrote down, and lies in the folder of the run in all its forms', () => {
    record(killSingle);
    record(networkDelay);
    const written = write();
    expect(written).toMatchObject({ headline: 'PASS', runPassed: true, passRatePercent: 100, onlyFormatErrors: false });
    expect(written.jsonPath).toBe(runPaths(plan.runDir).reportJson);
    expect(readFileSync(written.markdownPath!, 'utf8')).toContain(killSingle.name);
    expect(existsSync(join(plan.runDir, REPORT_PAGE))).toBe(true);
    expect(reported().scenarios.map(({ name, passed }) => ({ name, passed }))).toEqual([
      { name: killSingle.name, passed: true },
      { name: networkDelay.name, passed: true },
    ]);
  });

  it('has the verdict of a scenario that was terminated before it wrote anything down, and says so', () => {
    record(killSingle);
    const failures = [{ status: 'harness_error', blame: 'equipment', sdk: null }] as const;
    const verdict = { passed: false, status: 'harness_error', failures, attribution: 'none' } as const;
    const written = write({ verdicts: [{ name: networkDelay.name, verdict }] });
    expect(written).toMatchObject({ headline: 'INVALID', runPassed: false });
    const bare = reported().details.scenarios.find(({ scenario }) => scenario.name === networkDelay.name);
    expect(bare).toMatchObject({ verdict, notes: [expect.stringContaining('without a record')], validation: [] });
  });

  it('does not pass without a scenario of the plan that never came to be played', () => {
    record(networkDelay);
    expect(write().runPassed).toBe(false);
    expect(reported().details.scenarios.map(({ scenario }) => scenario.name)).toEqual([networkDelay.name]);
  });

  it('of a cancelled run says that it was', () => {
    expect(write({ cancelled: true })).toMatchObject({ headline: 'CANCELLED', runPassed: false });
  });

  it('says whether nothing but lines that could not be read failed the run', () => {
    const unreadable = [{ status: 'script_format_error', blame: 'equipment', sdk: 'go' }] as const;
    expect(write({ runFailures: unreadable }).onlyFormatErrors).toBe(true);
  });

  it('has the verdict of the control run where the config makes it count', () => {
    const control = [outcome({ sdk: 'go', result: { lost: 40 } })];
    const ill = { control, controlVerdicts: control.map((o) => judgeSdk(o, rules, 1000)) };
    const judgedBy = (change: Partial<VerdictRules>): ReportWritten => {
      ({ plan, run } = plannedRun(temporaryFolder(), { scenarios: [killSingle], rules: { ...rules, ...change } }));
      record(killSingle);
      return write(ill);
    };
    const first = 'but the broker failed before anything was done to it';
    expect(judgedBy({})).toMatchObject({ headline: 'PASS', summary: expect.stringContaining(first) });
    for (const change of [{ control: 'fail' }, { durability: 'fail' }] as const) {
      const judged = { headline: 'FAIL', runPassed: false, onlyFormatErrors: false };
      expect(judgedBy(change), JSON.stringify(change)).toMatchObject(judged);
      expect(reported().details.controlFailures).toEqual([{ status: 'failed', blame: 'broker', sdk: 'go' }]);
    }
  });

  it('tells what the plan warned of, what the run noted, and which ledger cannot be read', () => {
    const { packedLedger } = phasePaths(runPaths(plan.runDir).phase(null, 'control')).client('go');
    mkdirSync(dirname(packedLedger), { recursive: true });
    writeFileSync(packedLedger, 'no gzip');
    write({ notes: ['a note'], control: [outcome()] });
    expect(reported().details.notes).toEqual([
      'no Rust on this host',
      'a note',
      expect.stringMatching(/control: go's ledger cannot be read/),
    ]);
  });

  it('names the versions of this program and of the broker that really ran', () => {
    writeJson(runPaths(plan.runDir).versions, { 'nats-server': 'v2.15.1' });
    write();
    expect(reported().details.versions).toEqual({ chaos: '0.1.0', 'nats-server': 'v2.15.1' });
  });

  it('has its verdict though its page cannot be made, with a note that says so', () => {
    vi.mocked(reportFiles.runFiles).mockImplementationOnce(() => {
      throw new Error('no such colour');
    });
    record(killSingle);
    record(networkDelay);
    expect(write()).toMatchObject({ headline: 'PASS' });
    expect(reported().details.notes.at(-1)).toMatch(/the page could not be made: no such colour/);
    expect(existsSync(runPaths(plan.runDir).reportMarkdown)).toBe(true);
    expect(existsSync(join(plan.runDir, REPORT_PAGE))).toBe(false);
  });

  it('tells apart what is new, known and gone by the config’s list, and by what earlier rounds saw', () => {
    const lost = (count: number) =>
      result(killSingle, {
        validation: [outcome({ sdk: 'go', end: { kind: 'exited', code: 1 }, result: { lost: count } })],
      });
    const list = [knownEntry(), knownEntry({ id: 'K-2', match: { check: 'sent' }, goneAfter: 2 })];
    const root = temporaryFolder();
    const round = (name: string, day: number, known: RunPlan['known']) => {
      ({ plan, run } = plannedRun(root, { runId: name, scenarios: [killSingle], known }));
      writeJson(runPaths(plan.runDir).scenario(killSingle.name), lost(2));
      write({ startedAt: `2026-11-2${day}T00:00:00.000Z` });
      return reported();
    };
    expect(round('r1', 1, undefined)).toMatchObject({ headline: 'FAIL' });
    expect(reported().details).not.toHaveProperty('known');
    expect(round('r2', 2, list)).toMatchObject({
      headline: 'KNOWN',
      run_passed: false,
      details: { known: { gone: [] } },
    });
    expect(round('r3', 3, list).details.known?.gone).toEqual([
      { id: 'K-2', why: 'known for long', rounds: 2, isNews: true },
    ]);
    expect(round('r4', 4, list).details.known?.gone).toMatchObject([{ rounds: 3, isNews: false }]);
    expect(round('r5', 5, [])).toMatchObject({ headline: 'FAIL', details: { known: { gone: [] } } });
  });

  describe('against the history of its cluster', () => {
    /** With what this run plays its scenario. */
    const SETTING =
      'broker-kill; robustmq-server; victim=follower; 1000 × 256 B, 50/s, persistent; 3000 + 30000 + 60000 ms; 3 nodes, proxies';
    /** The fault of these rounds took the leaders a third of this time, and always a little else. */
    const roundsBefore = (setting: string): HistoryEntry[] =>
      rounds(40, (i) => {
        const leader_ms = (i < 38 ? 1400 : 4250) + (i % 7);
        return { scenario: { name: killSingle.name, leader_ms, setting }, broker: brokerOf({}) };
      });
    const earlier = roundsBefore(SETTING);
    const round = (history: unknown, kind: RunPlan['kind'] = 'full'): ReportFile => {
      const root = temporaryFolder();
      ({ plan, run } = plannedRun(root, { runId: 'this-run', scenarios: [killSingle], kind }));
      for (const { run_id } of earlier) writeJson(runPaths(runDir(root, run_id)).reportJson, {});
      writeJson(dataPaths(root).historyJson, history);
      record(killSingle);
      write();
      return reported();
    };

    it('says which figures have changed, where this run shows it', () => {
      const { details } = round(historyIndex(earlier, { runsAt: 'runs/' }));
      const what = { scenario: killSingle.name, figure: 'leader', since: 'run-38', foundIn: plan.runId };
      expect(details.changes).toMatchObject([{ ...what, sdk: null, after: expect.closeTo(4250, -1) }]);
      expect(readFileSync(runPaths(plan.runDir).reportMarkdown, 'utf8')).toContain('**Worse:** ');
      expect(problemsOf('report.schema.json', reported())).toEqual([]);
    });

    it('says nothing of it where the rounds before were played with another setting', () => {
      expect(historyEntry(round(historyIndex([], { runsAt: 'runs/' }))).scenarios[0]?.setting).toBe(SETTING);
      const others = roundsBefore(SETTING.replace('nodes', 'knots'));
      expect(round(historyIndex(others, { runsAt: 'runs/' })).details).not.toHaveProperty('changes');
    });

    it('says nothing of it in a single scenario, or where nothing has changed', () => {
      expect(round(historyIndex(earlier, { runsAt: 'runs/' }), 'single').details).not.toHaveProperty('changes');
      const before = historyIndex(earlier.slice(0, 38), { runsAt: 'runs/' });
      expect(round(before).details).not.toHaveProperty('changes');
    });

    it('has its verdict though the history cannot be used, with a note that says so', () => {
      const { headline, details } = round({ schema: 'robustmq-chaos-index/9', runs: [] });
      expect(headline).toBe('PASS');
      expect(details.notes.at(-1)).toMatch(/what has changed and what is gone could not be told: /);
    });
  });
});
