import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { PublicationRecord, PublishSettings } from '../../src/domain/publish.js';
import type { RunData } from '../../src/domain/report-data.js';
import { runDir, runPaths } from '../../src/host/layout/paths.js';
import { phasePaths } from '../../src/host/layout/phase-paths.js';
import { writeJson } from '../../src/host/os/files.js';
import type { PublishRequest } from '../../src/host/publish/index.js';
import { jsonReport } from '../../src/report/json.js';
import { publication } from '../../src/report/publication.js';
import { runData } from './values.js';

/** A run's folder as a run leaves it; `order` is its start in minutes. */
export function storeRun(dataRoot: string, runId: string, order: number, change: Partial<RunData> = {}): void {
  const paths = runPaths(runDir(dataRoot, runId));
  const at = (minute: number): string => new Date(Date.UTC(2026, 10, 22, 12, minute)).toISOString();
  const times = { startedAt: at(order), finishedAt: at(order + 1) };
  writeJson(paths.mark, { workflowId: runId, temporalRunId: 't', startedAt: times.startedAt });
  writeJson(paths.reportJson, jsonReport(runData({ runId, ...times, ...change })));
  writeFileSync(paths.reportMarkdown, `# ${runId} 报告\n`);
  const client = phasePaths(paths.phase(null, 'control')).client('go');
  mkdirSync(client.dir, { recursive: true });
  writeFileSync(client.packedLedger, Buffer.from([0x1f, 0x8b, 0xff, 0x00]));
}

export const publicationOf = (dataRoot: string, runId: string): PublicationRecord =>
  JSON.parse(readFileSync(runPaths(runDir(dataRoot, runId)).publication, 'utf8')) as PublicationRecord;

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
