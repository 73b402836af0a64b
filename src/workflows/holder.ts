import type { AcquireAnswer, AcquireRequest, ClusterStatus, Holder, Waiting } from '../messages/cluster-record.js';

/** The part of a cluster's record that says who has it, and who is to have it next. */
export type Holding = Pick<
  { -readonly [Key in keyof ClusterStatus]: ClusterStatus[Key] },
  'holder' | 'waiting' | 'breaker'
>;

export const isSame = (
  a: Pick<Holder, 'workflowId' | 'temporalRunId'>,
  b: Pick<Holder, 'workflowId' | 'temporalRunId'>,
): boolean => a.workflowId === b.workflowId && a.temporalRunId === b.temporalRunId;

/** Who waits asks every few seconds (`take-cluster.ts`); after this long it is taken to have gone. */
const WAITS_FOR_MS = 90_000;

const isOver = ({ until }: Waiting): boolean => Date.parse(until) <= Date.now();

/** Who waits, for a run of a series or since it has waited for one, is remembered until it has the cluster or asks no more. The first one goes first. */
function remember(record: Holding, { holder: asking, waits = false }: AcquireRequest): void {
  const { holder, waiting } = record;
  if (asking.kind === 'series' || !(waits || holder?.kind === 'series')) return;
  if (waiting !== null && !isOver(waiting) && !isSame(waiting.by, asking)) return;
  record.waiting = { by: asking, until: new Date(Date.now() + WAITS_FOR_MS).toISOString() };
}

/** Who is to have the cluster before this one. */
const goesFirst = ({ waiting }: Holding, asking: Holder): Holder | undefined =>
  asking.kind === 'series' && waiting !== null && !isOver(waiting) ? waiting.by : undefined;

/** A holder is replaced only by a caller who names it, after having seen that it is dead: compare and swap. */
export function acquire(record: Holding, request: AcquireRequest): AcquireAnswer {
  const { holder: asking, replaces } = request;
  const { holder, breaker } = record;
  if (record.waiting !== null && replaces !== undefined && isSame(record.waiting.by, replaces)) record.waiting = null;
  const isReplaced = holder !== null && replaces !== undefined && isSame(holder, replaces);
  if (holder !== null && !isReplaced && !isSame(holder, asking)) {
    remember(record, request);
    return { granted: false, refusal: { kind: 'held', by: holder } };
  }
  if (record.waiting !== null && isSame(record.waiting.by, asking)) record.waiting = null;
  if (breaker.state.kind === 'open' && asking.kind === 'full') {
    if (isReplaced) record.holder = null;
    return { granted: false, refusal: { kind: 'breaker open', breaker: breaker.state } };
  }
  const first = goesFirst(record, asking);
  if (first !== undefined) {
    if (isReplaced) record.holder = null;
    return { granted: false, refusal: { kind: 'held', by: first } };
  }
  record.holder = asking;
  return { granted: true };
}
