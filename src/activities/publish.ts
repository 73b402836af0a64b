import { messageOf } from '../domain/errors.js';
import type { PublishAnswer, PublishSettings } from '../domain/publish.js';
import { publishOwed } from '../host/publish/index.js';
import type { RetentionSettings } from '../domain/retention.js';
import { publication } from '../report/publication.js';
import type { InRun } from '../messages/requests.js';
import { asActivity, planOf } from './support.js';

/** How the config of a run wants it published and kept, and in which data folder it lies. Given by the composition root. */
export type PublishingOf = (configPath: string) => {
  readonly dataRoot: string;
  /** Null where reports stay on the host. */
  readonly settings: PublishSettings | null;
  readonly retention: RetentionSettings;
};

const LOCAL: PublishAnswer = { githubUrl: null, pushError: null, issueError: null };

export function createPublishActivities(publishingOf: PublishingOf) {
  return {
    /** Pushes the run's report, and before it what earlier runs owe. A push that fails is an answer: the run has its report on the host. */
    publishReport: ({ run }: InRun): Promise<PublishAnswer> =>
      asActivity(async (signal) => {
        const { runId } = run;
        try {
          const { dataRoot, settings } = publishingOf(planOf(run).configPath);
          if (settings === null) return LOCAL;
          const published = await publishOwed({ dataRoot, settings, publication, runId, signal });
          const own = published.find((one) => one.runId === runId);
          if (own === undefined) throw new Error(`run ${runId} has no report to push in ${dataRoot}`);
          const { githubUrl, pushError, issueError } = own;
          return { githubUrl, pushError, issueError };
        } catch (error) {
          if (signal.aborted) throw error;
          return { ...LOCAL, pushError: messageOf(error) };
        }
      }),
  };
}
