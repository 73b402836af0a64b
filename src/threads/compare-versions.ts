import type { ReportFile } from '../domain/report-data.js';
import { compareVersions as compare } from '../domain/versions.js';
import { runDir, runPaths } from '../host/layout/paths.js';
import { versionsPaths } from '../host/layout/versions-paths.js';
import { writeText } from '../host/os/files.js';
import { readStoredIfWhole, writeStored } from '../host/os/stored.js';
import type { CompareVersionsRequest, StoredComparison, VersionsCompared } from '../messages/versions.js';
import { visible } from '../domain/verbatim.js';
import { answerOf } from '../report/version-answer.js';
import { versionsMarkdown } from '../report/versions.js';

/** Compares what the runs of a series left behind. A run without a report that can be read is one that does not count. */
export function compareVersions({ plan, runs }: CompareVersionsRequest): VersionsCompared {
  const { dataRoot, series, versions } = plan;
  const reports = runs.map(({ version, round, runId }) => {
    const { reportJson } = runPaths(runDir(dataRoot, runId));
    return { version, round, runId, data: readStoredIfWhole<ReportFile>('report', reportJson)?.details ?? null };
  });
  const comparison = compare(versions, reports);
  const { json, markdown } = versionsPaths(dataRoot, series);
  writeStored('comparison', json, { series, plan, comparison } satisfies StoredComparison);
  writeText(markdown, versionsMarkdown(comparison));
  const { worse, undecided } = comparison;
  return { answer: answerOf(comparison, visible), worse, undecided, jsonPath: json, markdownPath: markdown };
}
