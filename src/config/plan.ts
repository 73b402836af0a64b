import { dirname } from 'node:path';
import type { BrokerUpdate } from '../domain/broker-update.js';
import { dayOf } from '../domain/day.js';
import type { InSeries, RunKind, RunPlan, RunRequest } from '../domain/plan.js';
import { ChaosError } from '../domain/errors.js';
import { FORMATS } from '../domain/format.js';
import { hostQueue } from '../domain/ids.js';
import type { Scenario } from '../domain/scenario.js';
import type { VerdictRules } from '../domain/verdict.js';
import type { Config } from './load.js';
import { knownEntries, overProblems } from './known.js';
import { nearest } from './problems.js';

/** Where things lie on the worker's host; given by the composition root. */
export interface Places {
  readonly runDir: (dataRoot: string, runId: string) => string;
  readonly clusterDir: (dataRoot: string, cluster: string) => string;
  /** The SDK clients that come with the program. */
  readonly sdkRoot: string;
}

/** The scenarios a request means, in the catalogue's order. */
export function chosenScenarios(config: Config, request: RunRequest): readonly Scenario[] {
  const wanted = request.scenario === undefined ? request.inSeries?.scenarios : [request.scenario];
  if (wanted === undefined) return config.scenarios;
  const names = config.scenarios.map((scenario) => scenario.name);
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown === undefined && wanted.length > 0) return config.scenarios.filter(({ name }) => wanted.includes(name));
  const near = unknown === undefined ? undefined : nearest(unknown, names);
  throw new ChaosError(
    'CONFIG_INVALID',
    `scenario: expected one of ${names.join(', ')}, got ${unknown ?? 'none'}${near === undefined ? '' : `; did you mean ${near}?`}`,
  );
}

/** The SDKs a request means: those of the config, or some of them. */
export function chosenSdks(config: Config, request: RunRequest): readonly string[] {
  const unknown = (request.sdks ?? []).filter((sdk) => !config.sdks.includes(sdk));
  if (unknown.length > 0 || request.sdks?.length === 0) {
    throw new ChaosError(
      'CONFIG_INVALID',
      `sdks: expected some of ${config.sdks.join(', ')}, got ${unknown.join(', ') || 'none'}`,
    );
  }
  return request.sdks === undefined ? config.sdks : config.sdks.filter((sdk) => request.sdks?.includes(sdk));
}

/** Scenarios that one of these SDKs has the workload of; a run of none of them would test nothing. */
function playable(scenarios: readonly Scenario[], sdks: readonly string[]): Scenario[] {
  const found = scenarios.filter((scenario) => scenario.sdks?.some((sdk) => sdks.includes(sdk)) ?? true);
  const [first] = scenarios;
  if (found.length > 0 || first === undefined) return found;
  throw new ChaosError(
    'CONFIG_INVALID',
    `sdks: expected one whose client has workload ${first.workload ?? ''}, of ${(first.sdks ?? []).join(', ')}; got ${sdks.join(', ')}`,
  );
}

/** A run is not planned by a list in which a day has come: its failure counts again, and somebody has to look at it. */
export function refuseOver({ known = [], time_zone: timeZone, path }: Config): void {
  const problems = overProblems(known, dayOf(new Date(), timeZone));
  if (problems.length > 0) throw new ChaosError('CONFIG_INVALID', [`${path}:`, ...problems].join('\n  '));
}

const ms = (seconds: number): number => Math.round(seconds * 1000);

/** The rules by which a run is judged. */
export const rulesFrom = ({ verdict }: Config): VerdictRules => ({
  p99LimitMs: verdict.p99_limit_ms,
  latenessLimitMs: verdict.lateness_limit_ms,
  achievedRateMin: verdict.achieved_rate_min,
  nonCorePassRatePercent: verdict.non_core_pass_rate_percent,
  durability: verdict.durability,
  control: verdict.control,
  guarantees: verdict.guarantees,
});

/** What brings a newer broker. Its program is found like any other, or beside the config. */
function updateFrom({ cluster, path }: Config): BrokerUpdate | undefined {
  if (cluster.update === undefined) return undefined;
  return { command: cluster.update, cwd: dirname(path), limitMs: Math.round(cluster.update_limit_minutes * 60_000) };
}

const kindOf = ({ scenario, inSeries }: RunRequest): RunKind =>
  inSeries !== undefined ? 'series' : scenario === undefined ? 'full' : 'single';

/** What makes a run one of a series, and with which broker. */
const seriesParts = (inSeries: InSeries | undefined): Partial<RunPlan> =>
  inSeries === undefined ? {} : { inSeries, binary: inSeries.binary };

/** Said at the head of a report that nobody may take for one of a round. */
const seriesWarnings = (inSeries: InSeries | undefined): string[] =>
  inSeries === undefined
    ? []
    : [`a run of series ${inSeries.series}, with the broker ${inSeries.version}: not counted, told or published`];

/** Everything of a run that follows from config and request alone. */
export function planFrom(config: Config, request: RunRequest, runId: string, places: Places): RunPlan {
  refuseOver(config);
  const sdks = chosenSdks(config, request);
  const { timing, load } = config;
  // One scenario is run to look at it: again, and on the same broker.
  const update = kindOf(request) === 'full' ? updateFrom(config) : undefined;
  return {
    format: FORMATS.plan,
    runId,
    kind: kindOf(request),
    cluster: config.cluster.name,
    driver: config.cluster.driver,
    nodeCount: config.cluster.nodes,
    network: config.cluster.network,
    binary: config.binary,
    ...seriesParts(request.inSeries),
    ...(update === undefined ? {} : { update }),
    hostQueue: hostQueue(config.host.id),
    scenarios: playable(chosenScenarios(config, request), sdks),
    sdks,
    sdksLeftOut: config.sdks.filter((sdk) => !sdks.includes(sdk)),
    load: {
      messages: config.sdk_clients.messages ?? load.messages,
      ratePerSecond: load.rate_per_second,
      payloadBytes: load.payload_bytes,
      subscriberSession: load.subscriber_session,
      ...(config.sdk_clients.connections === undefined ? {} : { connections: config.sdk_clients.connections }),
    },
    timing: {
      healWaitMs: ms(timing.heal_wait_seconds),
      faultWindowMs: ms(timing.fault_window_seconds),
      faultGraceMs: ms(timing.fault_grace_seconds),
      leadInMs: ms(timing.lead_in_seconds),
      observeBudgetMs: ms(timing.observe_budget_seconds),
      recoveryBudgetMs: ms(timing.recovery_budget_seconds),
      clientLimitMs: ms(timing.client_limit_seconds),
      leaseMs: ms(timing.lease_seconds),
    },
    rules: rulesFrom(config),
    runDir: places.runDir(config.dataRoot, runId),
    clusterDir: places.clusterDir(config.dataRoot, config.cluster.name),
    sdkRoot: config.sdkFolder ?? places.sdkRoot,
    workload: config.sdk_clients.workload,
    neverLines: config.logs.never,
    benignLines: config.logs.benign,
    ...(config.known === undefined ? {} : { known: knownEntries(config.known), knownIsTold: config.notify.known }),
    configPath: config.path,
    configSha256: config.sha256,
    timeZone: config.time_zone,
    tellsStart: config.notify.ping_url !== undefined,
    warnings: [...seriesWarnings(request.inSeries), ...config.warnings],
  };
}
