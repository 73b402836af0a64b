import { GUARANTEE_NAMES, type GuaranteeName } from './guarantees/guarantee.js';
import type { Blame, ScenarioStatus, SdkStatus } from './status.js';

/** In which part of a run something was seen. `scenario`: neither in the fault period nor in the validation, but of the scenario itself. */
export const PLACES = ['control', 'fault', 'validation', 'scenario', 'run'] as const;
export type Place = (typeof PLACES)[number];

/** What can fail of a broker, or must not be overlooked. Those of a client are its checks (`judge-sdk.ts`); a guarantee that was violated has its name. */
const OWN_CHECKS = [
  'exit_code',
  'sent',
  'planned',
  'lost',
  'unconfirmed',
  'p99_ms',
  'recovery',
  'dead_broker',
  'cluster_start',
  'never_line',
] as const;
export type CheckName = (typeof OWN_CHECKS)[number] | GuaranteeName;
export const CHECKS: readonly CheckName[] = [...OWN_CHECKS, ...GUARANTEE_NAMES];

const OF_CLIENTS = ['control', 'validation'] as const;
const OF_PHASES = ['control', 'fault', 'validation'] as const;

const ofGuarantees = <Value>(value: Value): Readonly<Record<GuaranteeName, Value>> =>
  Object.fromEntries(GUARANTEE_NAMES.map((name) => [name, value])) as Record<GuaranteeName, Value>;

/** Where each of them can be seen. */
export const PLACES_OF: Readonly<Record<CheckName, readonly Place[]>> = {
  exit_code: OF_CLIENTS,
  sent: OF_CLIENTS,
  planned: OF_CLIENTS,
  lost: OF_PHASES,
  unconfirmed: OF_CLIENTS,
  p99_ms: OF_CLIENTS,
  recovery: ['scenario'],
  dead_broker: ['scenario'],
  cluster_start: ['run'],
  never_line: ['scenario', 'run'],
  ...ofGuarantees(OF_PHASES),
};

/** How what fails in it can come out. */
export const STATUSES_OF: Readonly<Record<CheckName, readonly ScenarioStatus[]>> = {
  exit_code: ['failed', 'timeout'],
  sent: ['failed'],
  planned: ['failed'],
  lost: ['failed'],
  unconfirmed: ['failed', 'timeout'],
  p99_ms: ['failed'],
  recovery: ['recover_error'],
  dead_broker: ['failed'],
  cluster_start: ['cluster_start_error'],
  never_line: ['failed'],
  ...ofGuarantees(['failed']),
};

/** One thing that was seen of the broker. */
export interface Symptom {
  readonly check: CheckName;
  readonly where: Place;
  /** Lost or unconfirmed messages, the p99 in ms, the number of log lines or violations; null where there is no figure. */
  readonly value: number | null;
  /** In words, as reports show it. */
  readonly text: string;
  /** What clients, brokers or recovery said: a log line, messages of errors, violations. */
  readonly said: readonly string[];
}

/** One failure, or one warning, with everything that was seen of it. */
export interface Finding {
  /** Null: it belongs to no scenario. */
  readonly scenario: string | null;
  /** Null: it is no client's. */
  readonly sdk: string | null;
  readonly where: Place;
  /** Of a warning: what it would be if it counted. */
  readonly status: ScenarioStatus | SdkStatus;
  readonly blame: Blame | null;
  /** False: a warning, which fails nothing. */
  readonly fails: boolean;
  /** None: it failed, and nothing that was seen says at what. */
  readonly symptoms: readonly Symptom[];
}
