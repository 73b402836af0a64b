import { beforeEach, describe, expect, it } from 'vitest';
import { createNotifyActivities } from '../../src/activities/notify.js';
import { changesOf } from '../../src/domain/changes.js';
import type { Notification } from '../../src/domain/notification.js';
import { judgeKnown } from '../../src/domain/known-verdict.js';
import type { Sighting } from '../../src/domain/known.js';
import type { RunPlan, RunRef } from '../../src/domain/plan.js';
import type { RunData } from '../../src/domain/report-data.js';
import { runPaths } from '../../src/host/layout/paths.js';
import { NotifyError } from '../../src/host/notify/contract.js';
import { writeJson } from '../../src/host/os/files.js';
import type { AnnounceRequest } from '../../src/messages/requests.js';
import { jsonReport } from '../../src/report/json.js';
import { perform, plannedRun } from '../../testing/activities.js';
import { temporaryFolder } from '../../testing/processes.js';
import { knownEntry } from '../../testing/known.js';
import { plan as basePlan, result, runData, snapshot } from '../../testing/reports/values.js';
import { rounds } from '../../testing/series/history.js';
import { outcome } from '../../testing/values.js';
import { killSingle, leaderTransfer, networkDelay } from '../../testing/workflows/plans.js';

let run: RunRef;
let sent: Notification[];
beforeEach(() => {
  ({ run } = plannedRun(temporaryFolder()));
  sent = [];
});

const activities = createNotifyActivities(() => [
  { name: 'test', send: (notification) => Promise.resolve(void sent.push(notification)) },
]);
const refusing = (retryable: boolean) =>
  createNotifyActivities(() => [{ name: 'test', send: () => Promise.reject(new NotifyError('HTTP 403', retryable)) }]);

const report = (change: Partial<RunData> = {}): void =>
  writeJson(runPaths(run.runDir).reportJson, jsonReport(runData(change)));
const request = (message: AnnounceRequest['message'] = 'verdict'): AnnounceRequest => ({
  run,
  message,
  consecutiveFailures: 2,
  opens: false,
  report: { url: null, pushError: null },
});
const failedRun: Partial<RunData> = {
  plan: basePlan,
  scenarios: [result(killSingle), result(networkDelay), result(leaderTransfer, { fault: { observed: false } })],
};

describe('the message about a run', () => {
  it('is that it passed, or that it failed with the scenarios that did not pass', async () => {
    report();
    await perform(activities.announce, request());
    expect(sent.map(({ kind }) => kind)).toEqual(['passed']);
    const other = plannedRun(temporaryFolder(), { runId: 'run-2' });
    run = other.run;
    report(failedRun);
    await perform(activities.announce, request());
    expect(sent.map(({ kind }) => kind)).toEqual(['passed', 'failed']);
    expect(JSON.stringify(sent[1])).toContain(leaderTransfer.name);
    expect(JSON.stringify(sent[1])).not.toContain(killSingle.name);
  });

  it('is the verdict of a round only if the run is a full one', async () => {
    report();
    await perform(activities.announce, request());
    run = plannedRun(temporaryFolder(), { runId: 'run-2' }).run;
    report({ plan: { ...basePlan, kind: 'single', scenarios: [killSingle] } });
    await perform(activities.announce, request());
    expect(sent.map(({ ofRound }) => ofRound)).toEqual([true, false]);
  });

  it('says that the broker failed before anything was done to it', async () => {
    report({ control: [outcome({ sdk: 'go', result: { lost: 40 } })] });
    await perform(activities.announce, request());
    expect(sent[0]).toMatchObject({ kind: 'passed', text: expect.stringMatching(/control\/go\(failed\)$/) });
  });

  describe('of a run with nothing but known failures', () => {
    const validation = [
      outcome({ sdk: 'go', end: { kind: 'exited', code: 1 }, result: { lost: 2 } }),
      outcome({ sdk: 'rust' }),
    ];
    const known = (change: Partial<RunPlan>, more: Partial<RunData> = {}, earlier: readonly Sighting[] = []): void => {
      const entries = [knownEntry(), knownEntry({ id: 'K-2', match: { check: 'sent' }, goneAfter: 2 })];
      const scenarios = [result(killSingle, { validation }), result(networkDelay), result(leaderTransfer)];
      const data = runData({
        scenarios,
        ...more,
        plan: { ...basePlan, known: entries, knownIsTold: 'on_change', ...change },
      });
      writeJson(
        runPaths(run.runDir).reportJson,
        jsonReport(judgeKnown(data, { entries, day: '2026-11-29', earlier: [earlier] })),
      );
    };
    const told = async (): Promise<unknown> => {
      sent = [];
      await perform(activities.announce, request());
      return sent.map(({ kind, quiet }) => [kind, quiet === true]);
    };
    // The test's own way of telling takes nothing quiet: what it got, people are told.
    it('is for nobody to read if nothing is new or gone, and else has every name', async () => {
      known({});
      expect(await told()).toEqual([]);
      known({}, {}, [{ id: 'K-2', seen: 0 }]);
      expect(await told()).toEqual([['known', false]]);
      expect(sent[0]?.text).toMatch(/\n新问题: 无 已知: K-1 已消失: K-2$/);
    });

    it('is told if a warning is new, and always where the config says so', async () => {
      known({}, { endSnapshot: snapshot({ neverLines: ['n1: panic: x'] }) });
      expect(await told()).toEqual([['known', false]]);
      expect(sent[0]?.text).toContain('新问题: run(n1: panic: x) 已知: K-1');
    });

    it('is told if a figure has changed', async () => {
      const changes = changesOf(
        rounds(40, (i) => ({ lost: i < 30 ? 0 : 9 })),
        'local',
      );
      known({}, { changes });
      expect(await told()).toEqual([['known', false]]);
      expect(sent[0]?.text).toMatch(/\n变化: leader-transfer, go, lost in the fault: 0 → 9 \(自 run-30 起, .*\)$/);
    });

    it('is told if the broker could not be updated', async () => {
      const brokerUpdate = { ok: false, text: 'cluster.update failed', sha256Before: null, sha256After: null };
      known({}, { brokerUpdate });
      expect(await told()).toEqual([['known', false]]);
      expect(sent[0]?.text).toContain('⚠️ 更新 broker 失败');
      known({}, { brokerUpdate: { ...brokerUpdate, ok: true } });
      expect(await told()).toEqual([]);
    });

    it('is always told where the config says so', async () => {
      known({ knownIsTold: 'always' });
      expect(await told()).toEqual([['known', false]]);
    });
  });

  it('is sent once, however often it is tried', async () => {
    report();
    await perform(activities.announce, request());
    await perform(activities.announce, request());
    expect(sent).toHaveLength(1);
  });

  it.each(['breaker', 'format-errors'] as const)('can be the one about %s', async (message) => {
    report(failedRun);
    await perform(activities.announce, request(message));
    expect(sent.map(({ kind }) => kind)).toEqual([message]);
  });

  it('that does not get through is tried again only where that can help', async () => {
    report();
    for (const retryable of [true, false]) {
      await expect(perform(refusing(retryable).announce, request())).rejects.toMatchObject({
        type: 'NOTIFY_FAILED',
        message: expect.stringContaining('HTTP 403'),
        nonRetryable: !retryable,
      });
    }
  });

  it('is told of a run whose report could not be written, too', async () => {
    const written = { finishedAt: '2026-11-28T12:00:00Z', summary: 'INVALID: run-1 has no report' };
    await perform(activities.announce, { ...request(), written });
    expect(sent).toMatchObject([{ kind: 'failed', ofRound: true, text: expect.stringContaining(written.summary) }]);
    expect(sent[0]?.text).toContain(run.runDir);
  });

  it('cannot be made without a report', async () => {
    await expect(perform(activities.announce, request())).rejects.toThrow(/report of run run-1/);
    expect(sent).toEqual([]);
  });
});

it('a start is told only by the ways that tell it', async () => {
  const started: string[] = [];
  const { announceStart } = createNotifyActivities(() => [
    { name: 'a', send: () => Promise.resolve() },
    { name: 'b', send: () => Promise.resolve(), started: (runId) => Promise.resolve(void started.push(runId)) },
  ]);
  await perform(announceStart, { run });
  expect(started).toEqual([run.runId]);
});

it('a resume is told with who and why', async () => {
  await perform(activities.announceResume, { run, by: 'ann', reason: 'disk replaced' });
  expect(sent.map(({ kind }) => kind)).toEqual(['resumed']);
  for (const part of ['ann', 'disk replaced']) expect(JSON.stringify(sent)).toContain(part);
});
