import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueNews } from '../../domain/issue.js';
import type { PublishAnswer, PublishSettings } from '../../domain/publish.js';
import type { ReportFile } from '../../domain/report-data.js';
import { readStored } from '../os/stored.js';
import { runDir, runPaths } from '../layout/paths.js';
import type { Remote, RemoteFile, RemoteView, Publication } from './contract.js';
import type { Issues } from './issues.js';
import { pushCommit, type Patience } from './push-commit.js';
import { filesOf, writeRecord } from './records.js';

export interface RunPublication {
  readonly remote: Remote;
  /** Null where the config wants none. */
  readonly issues: Issues | null;
  readonly dataRoot: string;
  readonly settings: PublishSettings;
  readonly publication: Publication;
  readonly patience: Patience;
  readonly runId: string;
}

/** Pushes one run, brings the issues of its scenarios up to date, and writes down what came of it. Throws what the push threw. */
export async function publishRun(one: RunPublication): Promise<PublishAnswer> {
  const { remote, dataRoot, publication, patience, runId } = one;
  const report = readStored<ReportFile>('report', runPaths(runDir(dataRoot, runId)).reportJson);
  if (report === undefined) throw new Error(`expected a report of run ${runId}, found none`);
  const files = (view: RemoteView): RemoteFile[] => [...runFiles(one), ...historyFiles(one, view, report)];
  await pushCommit(remote, { runId, message: publication.commitMessage(report), files }, patience);
  const githubUrl = pageUrl(one);
  // From here on the run counts as pushed, whatever becomes of its issues.
  writeRecord(dataRoot, runId, { github_url: githubUrl, push_error: null, issue_error: 'not tried yet' });
  const issueError = await keepIssues(one, report, githubUrl);
  writeRecord(dataRoot, runId, { github_url: githubUrl, push_error: null, issue_error: issueError });
  return { githubUrl, pushError: null, issueError };
}

function runFiles({ dataRoot, settings, publication, runId }: RunPublication): RemoteFile[] {
  const root = runDir(dataRoot, runId);
  return publication
    .files(filesOf(dataRoot, runId), settings.ledgers)
    .map((path) => ({ path: `${settings.folder}/${runId}/${path}`, content: readFileSync(join(root, path)) }));
}

const historyFiles = (
  { settings, publication }: RunPublication,
  { index }: RemoteView,
  report: ReportFile,
): RemoteFile[] =>
  publication.history(index, report).map(({ path, text }) => ({
    path: `${settings.folder}/${path}`,
    content: Buffer.from(text),
  }));

/** Where people read the report. */
function pageUrl({ settings, publication, runId }: RunPublication): string {
  const { webUrl, repository, branch, folder } = settings;
  const path = [...folder.split('/'), runId, ...publication.pageFile.split('/')].map(encodeURIComponent).join('/');
  return `${webUrl}/${repository}/blob/${branch.split('/').map(encodeURIComponent).join('/')}/${path}`;
}

async function keepIssues(one: RunPublication, report: ReportFile, url: string): Promise<string | null> {
  const { issues, publication, patience } = one;
  if (issues === null) return null;
  try {
    for (const news of issueNews(report)) {
      await issues.keep({ news, publication, patience, body: (memory) => publication.issueBody(report, memory, url) });
    }
    return null;
  } catch (error) {
    if (patience.signal?.aborted === true) throw error;
    return (error instanceof Error ? error.message : String(error)).slice(0, 600);
  }
}
