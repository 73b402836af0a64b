import { MARK_CLASSES, type Mark, type MarkClass } from '../timeline.js';

/** Decades of the latency axis: 0.1 ms to 100 s, and above it the lanes of what never arrived. */
export const LOWEST = -1;
export const HIGHEST = 5;
const LANES: Readonly<Record<'unacked' | 'lost', number>> = { unacked: 5.75, lost: 6.5 };
export const TOP = 7;

/** What is written beside a latency axis, by decades of ms. */
export const DECADES: ReadonlyMap<number, string> = new Map([
  [-1, '0.1 ms'],
  [0, '1 ms'],
  [1, '10 ms'],
  [2, '100 ms'],
  [3, '1 s'],
  [4, '10 s'],
]);

/** The same for an axis with lanes, by height. */
export const AXIS_WORDS: ReadonlyMap<number, string> = new Map([
  ...DECADES,
  [LANES.unacked, 'no ack'],
  [LANES.lost, 'lost'],
]);

/** Height of a mark: its latency in decades of ms, or the lane of those that have none. */
export function heightOf({ kind, latencyMs }: Mark): number {
  if (latencyMs === null) return kind === 'lost' ? LANES.lost : LANES.unacked;
  return Math.min(HIGHEST, Math.max(LOWEST, Math.log10(Math.max(latencyMs, 1e-3))));
}

/** One place of the picture where there are messages of one class, and how many. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly messages: number;
}

/** How fine the picture is: messages of one class that fall into one cell are one spot, since nobody could tell them apart. */
export interface Grain {
  readonly seconds: number;
  readonly decades: number;
}

/** Every message is in exactly one spot, at most half a cell away. */
export function spotsOf(marks: readonly Mark[], grain: Grain): Readonly<Record<MarkClass, readonly Spot[]>> {
  const cells: Record<MarkClass, Map<string, { x: number; y: number; messages: number }>> = {
    ok: new Map(),
    late: new Map(),
    unacked: new Map(),
    lost: new Map(),
  };
  for (const mark of marks) {
    const column = Math.round(mark.atSeconds / grain.seconds);
    const row = Math.round(heightOf(mark) / grain.decades);
    const key = `${column}:${row}`;
    const spot = cells[mark.kind].get(key) ?? { x: column * grain.seconds, y: row * grain.decades, messages: 0 };
    spot.messages += 1;
    cells[mark.kind].set(key, spot);
  }
  const [ok, late, unacked, lost] = MARK_CLASSES.map((kind) => [...cells[kind].values()]);
  return { ok: ok ?? [], late: late ?? [], unacked: unacked ?? [], lost: lost ?? [] };
}
