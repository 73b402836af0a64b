import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PublicationRecord, PublishSettings } from '../../src/domain/publish.js';
import type { RunData } from '../../src/domain/report-data.js';
import { writeJson } from '../../src/host/os/files.js';
import type { PublishRequest } from '../../src/host/publish/index.js';
import { jsonReport } from '../../src/report/json.js';
import { publication } from '../../src/report/publication.js';
import { runData } from './values.js';

/** A run's folder as a run leaves it; `order` is its start in minutes. */
export function storeRun(dataRoot: string, runId: string, order: number, change: Partial<RunData> = {}): void {
  const folder = join(dataRoot, 'runs', runId);
  const at = (minute: number): string => new Date(Date.UTC(2026, 10, 22, 12, minute)).toISOString();
  const times = { startedAt: at(order), finishedAt: at(order + 1) };
  writeJson(join(folder, 'run.json'), { workflowId: runId, temporalRunId: 't', startedAt: times.startedAt });
  writeJson(join(folder, 'report.json'), jsonReport(runData({ runId, ...times, ...change })));
  writeFileSync(join(folder, 'report.md'), `# ${runId} 报告\n`);
  mkdirSync(join(folder, 'control', 'go'), { recursive: true });
  writeFileSync(join(folder, 'control', 'go', 'ledger.ndjson.gz'), Buffer.from([0x1f, 0x8b, 0xff, 0x00]));
}

export const publicationOf = (dataRoot: string, runId: string): PublicationRecord =>
  JSON.parse(readFileSync(join(dataRoot, 'runs', runId, 'publication.json'), 'utf8')) as PublicationRecord;

export const settingsFor = (change: Partial<PublishSettings> = {}): PublishSettings => ({
  via: 'octokit',
  repository: 'robustmq/reports',
  branch: 'main',
  folder: 'reports',
  ledgers: false,
  apiUrl: 'http://127.0.0.1:1',
  webUrl: 'https://github.com',
  token: { env: 'CHAOS_TEST_TOKEN', file: null },
  deployKey: null,
  issues: null,
  ...change,
});

/** Quick to try again and quick to give up. */
export const requestFor = (
  dataRoot: string,
  runId: string | null,
  settings: PublishSettings,
  limits: PublishRequest['limits'] = {},
): PublishRequest => ({
  dataRoot,
  runId,
  settings,
  publication,
  limits: { patienceMs: 20_000, firstDelayMs: 5, timeoutMs: 10_000, ...limits },
});
