import type { Circumstances } from './guarantee.js';

/** Was the fault on at some moment of this time? One that is not proved to be over goes on. */
export const isDuringFault = ({ fault }: Circumstances, fromUs: number, toUs: number): boolean =>
  fault !== null && toUs >= fault.injectedUs && fromUs <= (fault.recoveredUs ?? Infinity);

/** May the broker at this endpoint have been hurt at some moment of this time? Where nobody can tell who was, each may have been. */
export function isHurt(circumstances: Circumstances, endpoint: string, fromUs: number, toUs: number): boolean {
  const victims = circumstances.fault?.victims ?? null;
  return isDuringFault(circumstances, fromUs, toUs) && (victims === null || victims.includes(endpoint));
}

/** May what one of these brokers held have died with it? Not if the broker declares that it survives that. */
export const mayHaveDied = (
  circumstances: Circumstances,
  endpoints: readonly string[],
  fromUs: number,
  toUs: number,
): boolean =>
  circumstances.broker.survivesDeath !== true &&
  endpoints.some((endpoint) => isHurt(circumstances, endpoint, fromUs, toUs));

export const DIED = 'it may have died with a broker that does not declare that it survives this';

/** When what is due at this time has happened at the latest, by a broker that takes no longer than the grace: while a fault lasts, nothing is late. */
export function latestUs(
  circumstances: Circumstances,
  { fromUs, dueUs, graceUs }: { readonly fromUs: number; readonly dueUs: number; readonly graceUs: number },
): number {
  if (!isDuringFault(circumstances, fromUs, dueUs + graceUs)) return dueUs + graceUs;
  return Math.max(dueUs, circumstances.fault?.recoveredUs ?? Infinity) + graceUs;
}
