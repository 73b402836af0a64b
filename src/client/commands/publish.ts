import { Command } from 'commander';
import { publishing } from '../../config/publish.js';
import { isOfSeries } from '../../domain/ids.js';
import { ChaosError } from '../../domain/errors.js';
import type { Published } from '../../host/publish/index.js';
import { storedReport } from '../../host/data/stored-runs.js';
import { configOption, jsonOption, readConfig } from '../options.js';

function line({ runId, githubUrl, pushError, issueError }: Published): string {
  if (githubUrl === null) return `✗ ${runId}  ${pushError ?? ''}`;
  return issueError === null ? `✓ ${runId}  ${githubUrl}` : `! ${runId}  ${githubUrl}  (issues: ${issueError})`;
}

export const publishCommand = new Command('publish')
  .description('push reports that are not pushed yet, oldest first; with a run id, also that run')
  .argument('[run_id]')
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (runId: string | undefined, options: { readonly config: string; readonly json: boolean }) => {
    const { dataRoot, settings } = publishing(readConfig(options.config));
    if (settings === null) {
      throw new ChaosError(
        'CONFIG_INVALID',
        'publish.via: expected octokit or deploy-key, got none; see docs/publishing.md',
      );
    }
    if (runId !== undefined && isOfSeries(runId))
      throw new ChaosError('CONFIG_INVALID', `run: expected one that is published, got ${runId}, which is of a series`);
    if (runId !== undefined) storedReport(dataRoot, runId);
    // Imported here alone: every other command would wait for the charts and for GitHub's client.
    const { publishOwed } = await import('../../host/publish/index.js');
    const { publication } = await import('../../report/publication.js');
    const published = await publishOwed({ dataRoot, settings, publication, runId: runId ?? null });
    const text = published.length === 0 ? 'nothing is left to push' : published.map(line).join('\n');
    process.stdout.write(options.json ? `${JSON.stringify(published, null, 2)}\n` : `${text}\n`);
    process.exitCode = published.every(({ githubUrl, issueError }) => githubUrl !== null && issueError === null)
      ? 0
      : 1;
  });
