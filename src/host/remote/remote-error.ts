import { ChaosError, ERRORS, type ErrorCode } from '../../domain/errors.js';

/** What a service outside of this host answered, or did not; its code says whether trying again can help. */
export class RemoteError extends ChaosError {
  readonly retryable: boolean;
  constructor(
    code: ErrorCode,
    message: string,
    /** The service asked to be left alone for this long. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(code, message);
    this.retryable = ERRORS[code].retryable;
  }
}
