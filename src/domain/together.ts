import { nominalTimes, type FaultEntry } from './scenario.js';

/**
 * What a fault has for itself while it is on: one broker's process, the processes of several, or the links between clients and brokers. One that does not say can
 * only be on alone.
 */
export type Hold = 'broker' | 'brokers' | 'network';

/** One fault as others must get along with it. */
export interface Holder {
  readonly name: string;
  readonly hold: Hold | undefined;
  /** The brokers that it hits, as far as that is known. */
  readonly nodes: readonly string[];
}

/** Another fault that is on, and the brokers that it keeps from answering. */
export interface AlsoOn {
  readonly entry: string;
  readonly nodes: readonly string[];
}

/** Why two faults cannot be on at the same time; undefined if they can. */
export function whyNotTogether(a: Holder, b: Holder): string | undefined {
  const alone = [a, b].find(({ hold }) => hold === undefined);
  if (alone !== undefined) return `${alone.name} can be on only alone`;
  if (a.hold === 'network' && b.hold === 'network') return 'both own the links, and the end of one ends the other';
  if (a.hold === 'network' || b.hold === 'network') return undefined;
  const many = [a, b].find(({ hold }) => hold === 'brokers');
  if (many !== undefined) {
    const other = many === a ? b : a;
    return `${many.name} stops and starts several brokers, among them what ${other.name} holds`;
  }
  const node = a.nodes.find((id) => b.nodes.includes(id));
  return node === undefined ? undefined : `both own ${node}: what one keeps down the other starts`;
}

/** An entry with what it holds. */
export type HoldingEntry = FaultEntry & Holder;

/** What is wrong with two entries of a timeline, and where. */
export interface Contradiction {
  readonly entry: number;
  readonly text: string;
}

const seconds = (ms: number): string => `${ms / 1000} s`;

/**
 * Which entries must be over before another may begin, and which are asked to be on together and cannot be. Two that cannot be on together and are asked one after the
 * other wait for each other, however long the end of the first takes.
 */
export function arrange(
  entries: readonly HoldingEntry[],
  { windowMs, nodeCount }: { readonly windowMs: number; readonly nodeCount: number },
): { readonly waits: readonly (readonly string[])[]; readonly contradictions: readonly Contradiction[] } {
  const times = nominalTimes(entries, windowMs);
  const at = ({ name }: HoldingEntry): { fromMs: number; toMs: number } => times.get(name) ?? { fromMs: 0, toMs: 0 };
  const overlap = (a: HoldingEntry, b: HoldingEntry): boolean => at(a).fromMs < at(b).toMs && at(b).fromMs < at(a).toMs;
  const contradictions: Contradiction[] = [];
  const waits = entries.map((entry, i) => {
    const others = entries.filter((other) => other !== entry && whyNotTogether(entry, other) !== undefined);
    for (const other of others.filter((one) => overlap(entry, one) && entries.indexOf(one) < i)) {
      const why = whyNotTogether(entry, other) ?? '';
      const when = `${seconds(at(entry).fromMs)} to ${seconds(at(entry).toMs)} and ${seconds(at(other).fromMs)} to ${seconds(at(other).toMs)}`;
      contradictions.push({
        entry: i,
        text: `${entry.name} and ${other.name} cannot be on together (${when}): ${why}; let one begin after the other (after: ${other.name})`,
      });
    }
    const before = others.filter((other) => at(other).toMs <= at(entry).fromMs).map(({ name }) => name);
    return [...new Set([...(entry.after === undefined ? [] : [entry.after]), ...before])];
  });
  for (const [i, entry] of entries.entries()) {
    if (entry.hold !== 'broker') continue;
    const with_ = entries.slice(0, i).filter((other) => other.hold === 'broker' && overlap(entry, other));
    if (with_.length < nodeCount) continue;
    const names = [...with_, entry].map(({ name }) => name).join(', ');
    contradictions.push({
      entry: i,
      text: `${names} are on together: expected no more than ${nodeCount} brokers to be hit at once, got ${with_.length + 1}`,
    });
  }
  return { waits, contradictions };
}
