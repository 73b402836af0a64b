import type { Blame } from './status.js';

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
    remedy: 'Correct the config file. `robustmq-chaos doctor` checks it and starts nothing.',
  },
  HOST_NOT_NAMED: {
    blame: 'environment',
    retryable: false,
    remedy:
      'Say which one: {"host": "<its host.id>"}. Every command says it by itself, and `robustmq-chaos schedule apply` makes a schedule say it.',
  },
  PREFLIGHT_FAILED: {
    blame: 'environment',
    retryable: false,
    remedy: 'Run `npm run setup`, then `npm run doctor`.',
  },
  HOST_LIMIT: {
    blame: 'environment',
    retryable: false,
    remedy: 'Raise the limit: docs/operating.md, "Limits of the host". `robustmq-chaos doctor` shows each of them.',
  },
  CLUSTER_HELD: {
    blame: 'environment',
    retryable: false,
    remedy: 'Wait for the run that holds the cluster, or cancel it: `robustmq-chaos cancel`.',
  },
  BREAKER_OPEN: {
    blame: 'environment',
    retryable: false,
    remedy: 'Resume: `robustmq-chaos resume --by NAME --reason TEXT`.',
  },
  NOT_PAUSED: {
    blame: 'environment',
    retryable: false,
    remedy: 'There is nothing to resume. See `robustmq-chaos status`.',
  },
  CLUSTER_START_FAILED: {
    blame: 'broker',
    retryable: false,
    remedy: "Read the brokers' logs in the run's folder, cluster/.",
  },
  EQUIPMENT_FAILED: {
    blame: 'harness',
    retryable: false,
    remedy: 'Fix what the message names on this host. `robustmq-chaos doctor` checks everything else.',
  },
  DISK_FULL: {
    blame: 'harness',
    retryable: false,
    remedy:
      'Make room on the disk of the data folder: docs/operating.md, "A full disk". `robustmq-chaos doctor` says how much is needed.',
  },
  SUPERSEDED: {
    blame: 'harness',
    retryable: false,
    remedy: 'There is nothing to do: a later attempt of the same step has taken over.',
  },
  CLUSTER_GONE: { blame: 'harness', retryable: false, remedy: 'Start a new run. The cluster of this run was stopped.' },
  INJECT_FAILED: {
    blame: 'harness',
    retryable: false,
    remedy: "Read the fault's ticket in the run's folder, faults/.",
  },
  RECOVER_FAILED: {
    blame: 'harness',
    retryable: false,
    remedy: 'The keeper keeps trying to recover the fault. Read its ticket in the cluster folder, faults/.',
  },
  BROKER_NOT_BACK: {
    blame: 'broker',
    retryable: false,
    remedy: "Read the broker's log in the run's folder, cluster/.",
  },
  LEADER_NOT_PLACED: {
    blame: 'broker',
    retryable: false,
    remedy: 'The broker did not move its leaders. Read its log in cluster/.',
  },
  FORMAT_NEWER: {
    blame: 'environment',
    retryable: false,
    remedy: 'This program changes nothing of it.',
  },
  PLAN_NEWER: {
    blame: 'environment',
    // A worker of the program that wrote it takes the run over.
    retryable: true,
    remedy: 'This worker touches nothing of the run, and leaves it to others.',
  },
  REPORT_FAILED: {
    blame: 'environment',
    retryable: false,
    remedy: 'What the run saw is in its folder: npm run recheck counts its ledgers.',
  },
  REPORT_DAMAGED: {
    blame: 'environment',
    retryable: false,
    remedy: "Restore the run's folder from a backup, or delete it. Ledgers that are complete can still be rechecked.",
  },
  SECRET_MISSING: {
    blame: 'environment',
    retryable: false,
    remedy: 'Set it in the environment of the worker, or name a file that holds it. See docs/publishing.md.',
  },
  REMOTE_UNREACHABLE: {
    blame: 'environment',
    retryable: true,
    remedy: 'Check the network of the worker, and the status page of the service.',
  },
  REMOTE_RATE_LIMITED: { blame: 'environment', retryable: true, remedy: 'Wait. The next run sends what is missing.' },
  REMOTE_CONTENDED: {
    blame: 'environment',
    retryable: true,
    remedy: 'Somebody else pushes to the same branch all the time. Give the reports a branch of their own.',
  },
  REMOTE_DENIED: {
    blame: 'environment',
    retryable: false,
    remedy: 'Check the token or key. docs/publishing.md lists the permissions that it needs.',
  },
  REMOTE_REFUSED: {
    blame: 'environment',
    retryable: false,
    remedy: 'Check the rules of the repository (protected branch, limits), or the settings of the bot.',
  },
  REMOTE_MISSING: {
    blame: 'environment',
    retryable: false,
    remedy: 'Check repository and branch in the config. An empty repository needs a first commit.',
  },
  KEY_UNUSABLE: {
    blame: 'environment',
    retryable: false,
    remedy: 'docs/publishing.md says how to make a deploy key.',
  },
  HOST_KEY_UNKNOWN: {
    blame: 'environment',
    retryable: false,
    remedy:
      'Get the key of the host in a way that you trust. Write it into the file that publish.known_hosts_file names.',
  },
  HOST_KEY_CHANGED: {
    blame: 'environment',
    retryable: false,
    remedy:
      'Somebody may intercept the connection. Ask the owner of the host for its new key before you change the known-hosts file.',
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

/** What an error says, short enough for a note. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 600);

/** Whose failure an error is: the broker's only by its code, which is given where it was seen of the broker. */
export const blameOfError = (error: unknown): Blame =>
  error instanceof ChaosError && ERRORS[error.code].blame === 'broker' ? 'broker' : 'equipment';
