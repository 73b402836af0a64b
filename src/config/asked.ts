import type { RunPlan, RunRequest } from '../domain/plan.js';
import type { PlanVersionsRequest, VersionsPlan } from '../domain/versions-plan.js';
import { loadConfig, type Config, type KnownNames } from './load.js';
import { planFrom, type Places } from './plan.js';
import { versionsPlanFrom } from './versions.js';

export interface PlanMakers {
  readonly run: (request: RunRequest, runId: string) => RunPlan;
  readonly versions: (asked: PlanVersionsRequest) => VersionsPlan;
}

/** Makes the plans of what a worker is asked for, each by the config that the request names, or else by the worker's own. */
export function plansByRequest(own: Config, names: KnownNames, places: Places): PlanMakers {
  const configOf = ({ config }: Pick<RunRequest, 'config'>): Config => (config ? loadConfig(config, names) : own);
  return {
    run: (request, runId) => planFrom(configOf(request), request, runId, places),
    versions: (asked) => versionsPlanFrom(configOf(asked.request), asked),
  };
}
