import type { RunData } from './report-data.js';
import { blameOf } from './status.js';
import type { Failure, SdkVerdict, VerdictRules } from './verdict.js';

type ControlRun = Pick<RunData, 'control' | 'controlVerdicts' | 'runFailures'>;

/** Clients that the broker failed before anything was done to it. None where the test's own equipment failed in the run: then nobody can tell. */
export function failedBefore({ controlVerdicts, runFailures }: ControlRun): SdkVerdict[] {
  if (runFailures.some(({ blame }) => blame === 'equipment')) return [];
  return controlVerdicts.filter(({ status }) => blameOf(status) === 'broker');
}

/** Those of them that count: all by `verdict.control: fail`, and who lost messages by `verdict.durability: fail`. */
export function controlFailuresOf(run: ControlRun, { control = 'warn', durability }: VerdictRules): Failure[] {
  const lostSome = (sdk: string): boolean => (run.control.find((o) => o.sdk === sdk)?.result?.lost ?? 0) > 0;
  return failedBefore(run)
    .filter(({ sdk }) => control === 'fail' || (durability === 'fail' && lostSome(sdk)))
    .flatMap(({ status, sdk }): Failure[] => (status === 'passed' ? [] : [{ status, sdk, blame: blameOf(status) }]));
}
