import { Context } from '@temporalio/activity';
import { ChaosError, messageOf } from '../domain/errors.js';
import { storedJudged } from '../host/data/judged-guarantees.js';
import { runPaths } from '../host/layout/paths.js';
import { writeStored } from '../host/os/stored.js';
import type { RecordScenarioRequest, ReportWritten, WriteReportRequest } from '../messages/requests.js';
import { inThread } from '../threads/index.js';
import { asActivity, planOf } from './support.js';

/** A worker that dies is no error of the report: some more than it needs to be made. */
const TRIES = 10;

export function createReportActivities(versions: Readonly<Record<string, string>>) {
  return {
    /** Writes one scenario down, whatever becomes of the run; with what was kept of its guarantees. */
    recordScenario: ({ run, result }: RecordScenarioRequest): Promise<void> =>
      asActivity(() => {
        const { name } = result.scenario;
        const judged = (['fault', 'validation'] as const)
          .map((phase) => storedJudged(run.runDir, { scenario: name, phase }))
          .filter((one) => one !== undefined);
        const crowd = judged.flatMap((one) => one.crowd ?? []);
        writeStored('scenario', runPaths(run.runDir).scenario(name), {
          ...result,
          ...(judged.length === 0 ? {} : { guarantees: judged.flatMap(({ results }) => results) }),
          ...(crowd.length === 0 ? {} : { crowd }),
        });
        return Promise.resolve();
      }),

    /** Judges the run, and writes its report as JSON, Markdown and page into its folder. */
    writeReport: (request: WriteReportRequest): Promise<ReportWritten> =>
      asActivity(async (signal) => {
        const plan = planOf(request.run);
        try {
          return await inThread('writeReport', { plan, request, versions }, signal);
        } catch (error) {
          // Whatever it is, it is not tried for ever: the run ends without a report, and says so.
          const isLast = !signal.aborted && Context.current().info.attempt >= TRIES;
          throw isLast && !(error instanceof ChaosError) ? new ChaosError('REPORT_FAILED', messageOf(error)) : error;
        }
      }),
  };
}
