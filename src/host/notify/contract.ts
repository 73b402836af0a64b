import type { Notification } from '../../domain/notification.js';

/** Where a message is kept on this host: the folder of its run, which may be gone, or one of its own. */
export interface NotificationContext {
  readonly folder: string;
}

/** One way to tell people something. */
export interface Notifier {
  readonly name: string;
  /** Where the secrets are that it needs, in words; throws a `RemoteError` for what is missing; sends nothing. Absent: needs none. */
  readonly check?: () => string;
  /**
   * Delivers one message, or throws a `NotifyError`. Called again after a failure and after a crash that fell between the delivery and its
   * mark: the message's id is then the same, so that a channel that can tell duplicates apart shows it once.
   */
  send(notification: Notification, context: NotificationContext): Promise<void>;
  /** It also takes messages with nothing new in them. */
  readonly takesQuiet?: true;
  /** Says that a full round has started, or throws a `NotifyError`. Absent: this way says nothing of a start. */
  readonly started?: (runId: string) => Promise<void>;
}

/** A message that was not delivered. `retryable` is false where trying again cannot help, e.g. a refused signature. */
export class NotifyError extends Error {
  override readonly name = 'NotifyError';
  constructor(
    message: string,
    readonly retryable: boolean,
  ) {
    super(message);
  }
}
