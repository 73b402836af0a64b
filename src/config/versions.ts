import { ChaosError } from '../domain/errors.js';
import { hostQueue, seriesIdOf } from '../domain/ids.js';
import type { PlanVersionsRequest, VersionsPlan } from '../domain/versions-plan.js';
import type { Config } from './load.js';
import { chosenScenarios, chosenSdks, refuseOver } from './plan.js';

/** A series is one workflow, whose history has an end: 12 events for each run. */
const MOST_RUNS = 500;

const isOrdinary = (label: string): boolean => /^[A-Za-z0-9._+-]{1,40}$/.test(label);

function problemsOf({ versions, rounds }: PlanVersionsRequest['request']): string[] {
  const labels = versions.map(({ label }) => label);
  const odd = labels.find((label) => !isOrdinary(label));
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  const runs = versions.length * rounds;
  return [
    ...(versions.length < 2 ? [`versions: expected two or more, got ${versions.length}`] : []),
    ...(odd === undefined ? [] : [`version: expected a name of letters, digits and . _ + -, got ${odd}`]),
    ...(twice === undefined ? [] : [`version: expected each name once, got ${twice} twice`]),
    ...(Number.isInteger(rounds) && rounds > 0 ? [] : [`rounds: expected a whole number from 1, got ${rounds}`]),
    ...(runs > MOST_RUNS ? [`rounds: expected at most ${MOST_RUNS} runs in all, got ${runs}`] : []),
  ];
}

/** Everything of a series that follows from config and request alone. Throws CONFIG_INVALID. */
export function versionsPlanFrom(config: Config, { request, at }: PlanVersionsRequest): VersionsPlan {
  const problems = problemsOf(request);
  if (problems.length > 0) throw new ChaosError('CONFIG_INVALID', problems.join('\n  '));
  refuseOver(config);
  const { versions, rounds, scenarios, sdks } = request;
  const [first] = versions;
  const inSeries = { series: '', version: first?.label ?? '', binary: first?.path ?? '', scenarios };
  return {
    series: seriesIdOf(config.cluster.name, new Date(at)),
    cluster: config.cluster.name,
    hostQueue: hostQueue(config.host.id),
    dataRoot: config.dataRoot,
    configPath: config.path,
    versions,
    rounds,
    scenarios: chosenScenarios(config, { inSeries }).map(({ name }) => name),
    sdks: chosenSdks(config, { sdks }),
  };
}
