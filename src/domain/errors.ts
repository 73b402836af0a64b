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
  EQUIPMENT_FAILED: {
    blame: 'harness',
    retryable: false,
    remedy: 'Mend what it names on this host; `robustmq-chaos doctor` looks at the rest.',
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
  REPORT_DAMAGED: {
    blame: 'environment',
    retryable: false,
    remedy:
      "Restore the run's folder from a backup, or delete it: its ledgers, if they are whole, can still be rechecked.",
  },
  SECRET_MISSING: {
    blame: 'environment',
    retryable: false,
    remedy: 'Set it where the worker is started, or name a file that holds it; see docs/publishing.md.',
  },
  REMOTE_UNREACHABLE: {
    blame: 'environment',
    retryable: true,
    remedy: 'Look at the network of the worker, and at the status page of the service.',
  },
  REMOTE_RATE_LIMITED: { blame: 'environment', retryable: true, remedy: 'Wait: the next run sends what is missing.' },
  REMOTE_CONTENDED: {
    blame: 'environment',
    retryable: true,
    remedy: 'Somebody else pushes to the same branch all the time; give the reports a branch of their own.',
  },
  REMOTE_DENIED: {
    blame: 'environment',
    retryable: false,
    remedy: 'Look at the token or key: docs/publishing.md says what it must be allowed to do.',
  },
  REMOTE_REFUSED: {
    blame: 'environment',
    retryable: false,
    remedy: 'Look at the rules of the repository (protected branch, limits), or at the settings of the bot.',
  },
  REMOTE_MISSING: {
    blame: 'environment',
    retryable: false,
    remedy: 'Look at repository and branch in the config; an empty repository needs a first commit.',
  },
  KEY_UNUSABLE: {
    blame: 'environment',
    retryable: false,
    remedy: 'docs/publishing.md says how to make a deploy key.',
  },
  HOST_KEY_UNKNOWN: {
    blame: 'environment',
    retryable: false,
    remedy: 'Get the key of the host by a way that you trust into publish.known_hosts_file.',
  },
  HOST_KEY_CHANGED: {
    blame: 'environment',
    retryable: false,
    remedy:
      'Somebody may be in between: ask the owner of the host for its new key before you change the known-hosts file.',
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
