import { ChaosError } from '../domain/errors.js';
import { programProblem } from '../host/os/tools.js';
import type { PlanVersionsRequest, VersionsPlan } from '../domain/versions-plan.js';
import type { CompareVersionsRequest, VersionsCompared } from '../messages/versions.js';
import { inThread } from '../threads/index.js';
import { demandHost, type Hosts } from './hosts.js';
import { asActivity } from './support.js';

/** Reads the config and makes the plan of a series; throws CONFIG_INVALID. Given by the composition root. */
export type MakeVersionsPlan = (request: PlanVersionsRequest) => VersionsPlan;

export const createVersionsActivities = (makePlan: MakeVersionsPlan, hosts: Hosts) => ({
  /** What is to be played; a program that is not there ends the series before its first run. */
  planVersions: (request: PlanVersionsRequest): Promise<VersionsPlan> =>
    asActivity(async () => {
      await demandHost(request.request, hosts);
      for (const { label, path } of request.request.versions) {
        const problem = programProblem(path);
        if (problem !== undefined) throw new ChaosError('CONFIG_INVALID', `version ${label}: ${problem}`);
      }
      return makePlan(request);
    }),

  /** Compares the reports of the runs so far, and writes that into the series' folder. */
  compareVersions: (request: CompareVersionsRequest): Promise<VersionsCompared> =>
    asActivity((signal) => inThread('compareVersions', request, signal)),
});
