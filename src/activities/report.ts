import { runPaths } from '../host/layout/paths.js';
import { writeJson } from '../host/os/files.js';
import type { RecordScenarioRequest, ReportWritten, WriteReportRequest } from '../messages/requests.js';
import { inThread } from '../threads/index.js';
import { asActivity, planOf } from './support.js';

export function createReportActivities(versions: Readonly<Record<string, string>>) {
  return {
    /** Writes one scenario down, whatever becomes of the run. */
    recordScenario: ({ run, result }: RecordScenarioRequest): Promise<void> =>
      asActivity(() => {
        writeJson(runPaths(run.runDir).scenario(result.scenario.name), result);
        return Promise.resolve();
      }),

    /** Judges the run, and writes its report as JSON, Markdown and page into its folder. */
    writeReport: (request: WriteReportRequest): Promise<ReportWritten> =>
      asActivity((signal) => inThread('writeReport', { plan: planOf(request.run), request, versions }, signal)),
  };
}
