// Examples of docs/reading-a-report.md are what the code makes of one run (testing/reports/example.ts).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createNotifyActivities } from '../../src/activities/notify.js';
import { expositionText, historyMetrics } from '../../src/domain/metrics.js';
import type { Notification } from '../../src/domain/notification.js';
import type { ScenarioResult } from '../../src/domain/report-data.js';
import type { WebhookSettings } from '../../src/domain/notify-settings.js';
import { runPaths } from '../../src/host/layout/paths.js';
import type { Notifier } from '../../src/host/notify/contract.js';
import { dingtalkNotifier } from '../../src/host/notify/dingtalk.js';
import { slackNotifier } from '../../src/host/notify/slack.js';
import { genericNotifier } from '../../src/host/notify/webhook.js';
import { wecomNotifier } from '../../src/host/notify/wecom.js';
import { writeJson } from '../../src/host/os/files.js';
import { installRoot } from '../../src/host/os/tools.js';
import { badge } from '../../src/report/badge.js';
import { changeLines } from '../../src/report/changes.js';
import { feed } from '../../src/report/feed.js';
import { historyEntry } from '../../src/report/history.js';
import { jsonReport } from '../../src/report/json.js';
import { junitReport } from '../../src/report/junit.js';
import { markdownReport } from '../../src/report/markdown.js';
import { summaryOf } from '../../src/report/summary.js';
import { violationParts } from '../../src/report/violations.js';
import { perform, plannedRun } from '../../testing/activities.js';
import { temporaryFolder } from '../../testing/processes.js';
import { exampleRun, roundsBefore, updateText, violatedRun } from '../../testing/reports/example.js';
import { UNSIGNED } from '../../testing/webhook-notifier.js';
import { startWebhook } from '../../testing/webhook-server.js';

const page = readFileSync(join(installRoot, 'docs', 'reading-a-report.md'), 'utf8');
/** Blocks of code, without the indentation of the list that they stand in. */
const blocks = [...page.matchAll(/^( *)```\w*\n(.*?)^\1```$/gms)].map(([, indent = '', text = '']) =>
  text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
);
const sentences = page.replace(/\s+/g, ' ');

const run = exampleRun();
const entry = historyEntry(jsonReport(run));
const runs = [...roundsBefore(), entry];

it('a report begins as the page shows it, with what is new, what has changed, and an update that failed', () => {
  const head = markdownReport(run).split('\n\nRun `')[0];
  expect(blocks).toContain(`${head}\n`);
  expect(blocks).toContain(`${changeLines(run).join('\n')}\n`);
  expect(sentences).toContain(`\`${updateText('well')}\``);
  expect(sentences).toContain(`\`${summaryOf(exampleRun(0)).split(':')[0]}\``);
});

it('so does one in which a guarantee was violated, and so does the violation', () => {
  const violated = violatedRun();
  const text = markdownReport(violated);
  expect(blocks).toContain(`${text.split('\n\nRun `')[0]}\n`);
  const [{ scenario, guarantees, fault }] = violated.scenarios as [ScenarioResult];
  const parts = violationParts(scenario.name, guarantees, fault).join('\n\n');
  expect(text).toContain(parts);
  expect(blocks).toContain(`${parts}\n`);
});

it('so do junit.xml, the badge and an entry of the feed', () => {
  const cases = junitReport(run).replace(/^[^]*<\/properties>\n|<\/testsuite>[^]*$/g, '');
  expect(blocks).toContain(cases);
  expect(sentences).toContain(`\`${badge(runs).trim()}\``);
  const latest = /<entry>[^]*?<\/entry>\n/.exec(feed({ runs, runs_at: 'runs/' }))?.[0];
  expect(blocks).toContain(latest);
});

it('so do the metrics', () => {
  const shown =
    blocks
      .find((block) => block.startsWith('robustmq_chaos_'))
      ?.trim()
      .split('\n') ?? [];
  const breakers = [{ cluster: 'local', failures_in_a_row: 1, open: false, since: null, note: null }];
  const made = expositionText(historyMetrics({ runs, breakers }, Date.parse(entry.finished_at) + 1_260_250));
  expect(shown.length).toBeGreaterThan(5);
  expect(made.split('\n')).toEqual(expect.arrayContaining(shown));
});

/** The message about the run, as a worker makes it from the report. */
async function message(): Promise<Notification> {
  const { runId } = run;
  const { run: stored } = plannedRun(temporaryFolder(), { runId });
  writeJson(runPaths(stored.runDir).reportJson, jsonReport(run));
  const sent: Notification[] = [];
  const send = (notification: Notification): Promise<void> => Promise.resolve(void sent.push(notification));
  const url = `https://github.com/owner/chaos-reports/blob/main/reports/${runId}/report.md`;
  await perform(createNotifyActivities(() => [{ name: 'test', send }]).announce, {
    ...{ run: stored, message: 'verdict', consecutiveFailures: 1, opens: false },
    report: { url, pushError: null },
  });
  return sent[0]!;
}

it('so does its message', async () => {
  expect(blocks).toContain(`${(await message()).text}\n`);
});

it.each<[string, (settings: WebhookSettings) => Notifier, string]>([
  ['dingtalk', dingtalkNotifier, '{"errcode":0}'],
  ['wecom', wecomNotifier, '{"errcode":0}'],
  ['slack', slackNotifier, 'ok'],
  ['webhook', genericNotifier, ''],
])('so does what %s is sent, apart from the words', async (_name, notifierOf, answer) => {
  const server = await startWebhook<string>({
    ...{ path: '/hook', secret: '' },
    take: ({ body }, show) => {
      show(body.toString());
      return { status: 200, body: answer };
    },
  });
  process.env['CHAOS_TEST_WEBHOOK'] = server.webhook;
  const notification = await message();
  await notifierOf(UNSIGNED)
    .send({ ...notification, text: '…' }, { folder: '' })
    .finally(() => server.close());
  const parsed = blocks.filter((block) => block.startsWith('{')).map((block) => JSON.parse(block) as unknown);
  expect(parsed).toContainEqual(JSON.parse(server.shown[0] ?? ''));
});
