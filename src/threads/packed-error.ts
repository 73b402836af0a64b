import { ChaosError, type ErrorCode } from '../domain/errors.js';

/** An error on its way between threads. Copying leaves its message alone: this is the rest that somebody asks for. */
export interface PackedError {
  readonly message: string;
  readonly stack: string | undefined;
  /** As the operating system names it: `ENOSPC`. */
  readonly system: string | undefined;
  readonly chaos: { readonly code: ErrorCode; readonly subject: string | null } | undefined;
}

export function pack(thrown: unknown): PackedError {
  const error: NodeJS.ErrnoException = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { message, stack } = error;
  if (error instanceof ChaosError)
    return { message, stack, system: undefined, chaos: { code: error.code, subject: error.subject } };
  return { message, stack, system: error.code, chaos: undefined };
}

export function unpack({ message, stack, system, chaos }: PackedError): Error {
  const plain = system === undefined ? new Error(message) : Object.assign(new Error(message), { code: system });
  const error = chaos === undefined ? plain : new ChaosError(chaos.code, message, chaos.subject);
  if (stack !== undefined) error.stack = stack;
  return error;
}
