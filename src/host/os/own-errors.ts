import { NO_ROOM_CODES } from './disk.js';

/** Errors of a system call that say something about this host or this process, and nothing about whoever was asked. */
const OWN_CODES: readonly string[] = [
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  ...NO_ROOM_CODES,
  'EADDRNOTAVAIL',
  // Every broker is on this host: a way to it that is missing is a way of this host.
  'ENETDOWN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EACCES',
  'EPERM',
];

interface Coded {
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** Was it this host that could not even ask? `fetch` and Node's dual connections hide the system's error inside of theirs. */
export function isOwnError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, cause, errors } = error as Coded;
  if (typeof code === 'string' && OWN_CODES.includes(code)) return true;
  return isOwnError(cause) || (Array.isArray(errors) && errors.some(isOwnError));
}

/** Of a question to a broker that failed: no answer. Throws where this host could not ask. */
export function noAnswer(error: unknown): undefined {
  if (isOwnError(error)) throw error;
  return undefined;
}
