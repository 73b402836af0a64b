import type { ReportWritten } from './requests.js';

/** What stands for a report that could not be written. What nobody can read up is no verdict: the run is INVALID, whatever was found. */
export const unwritten = (runId: string, finishedAt: string, why: string): ReportWritten => ({
  finishedAt,
  headline: 'INVALID',
  runPassed: false,
  passRatePercent: 0,
  onlyFormatErrors: false,
  summary: `INVALID: run ${runId} has no report, because it could not be written: ${why}`,
  jsonPath: null,
  markdownPath: null,
});
