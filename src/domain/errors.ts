/** Who has to act on an error, whether trying again can help, and what to do. One row for each code that an activity may throw. */
export interface ErrorRow {
  readonly blame: 'broker' | 'harness' | 'environment';
  readonly retryable: boolean;
  readonly remedy: string;
}

export const ERRORS = {
  CONFIG_INVALID: {
    blame: 'environment',
    retryable: false,
    remedy: 'Mend the config file; `robustmq-chaos doctor` reads it without starting anything.',
  },
  PREFLIGHT_FAILED: {
    blame: 'environment',
    retryable: false,
    remedy: 'Run `npm run setup`, then `npm run doctor`.',
  },
  CLUSTER_HELD: {
    blame: 'environment',
    retryable: false,
    remedy: 'Wait for the run that holds the cluster, or cancel it: `robustmq-chaos cancel`.',
  },
  BREAKER_OPEN: {
    blame: 'environment',
    retryable: false,
    remedy: 'Let the runs go on: `robustmq-chaos resume --by NAME --reason TEXT`.',
  },
  NOT_PAUSED: {
    blame: 'environment',
    retryable: false,
    remedy: 'Look at `robustmq-chaos status`: there is nothing to resume.',
  },
  CLUSTER_START_FAILED: {
    blame: 'broker',
    retryable: false,
    remedy: "Read the brokers' logs in the run's folder, cluster/.",
  },
  CLUSTER_GONE: { blame: 'harness', retryable: false, remedy: 'Start a new run: the cluster of this one was stopped.' },
  INJECT_FAILED: {
    blame: 'harness',
    retryable: false,
    remedy: "Read the fault's ticket in the run's folder, faults/.",
  },
  RECOVER_FAILED: {
    blame: 'harness',
    retryable: false,
    remedy: 'The keeper goes on recovering; see the ticket in the cluster folder, faults/.',
  },
  LEADER_NOT_PLACED: {
    blame: 'broker',
    retryable: false,
    remedy: 'The broker refused to move its leaders; read its log in cluster/.',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/** An expected failure of the equipment or the environment, with its code from the table. The message says expected, got and target. */
export class ChaosError extends Error {
  override readonly name = 'ChaosError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    /** What the error is about where a program has to know it: of CLUSTER_HELD the run that holds it. */
    readonly subject: string | null = null,
  ) {
    super(message);
  }
}
