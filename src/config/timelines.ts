import type { z } from 'zod';
import { meantBy, TARGET_WORDS, WORDS_TEXT } from '../domain/target-words.js';
import { arrange, type Hold, type HoldingEntry } from '../domain/together.js';
import type { FaultEntry, Scenario } from '../domain/scenario.js';
import type { Path } from './yaml.js';
import type { Problem } from './problems.js';
import type { ConfigFile } from './schema.js';

type Written = ConfigFile['scenarios'][number];

/** What a fault says of what it has for itself, as timelines need it. */
export interface HoldingFault {
  readonly kind: string;
  readonly targetKind: 'broker' | 'interface';
  readonly params: z.ZodType<Record<string, unknown>>;
  readonly holds?: (params: Record<string, unknown>) => Hold;
}

/** An entry, and where it stands in its scenario. */
export type EntryIn = FaultEntry & { readonly at: Path };

/** A name that nobody gave is that of the fault; the second one of a fault is `broker-kill-2`. */
function nameOf(faults: NonNullable<Written['faults']>, i: number): string {
  const { name, fault } = faults[i] as NonNullable<Written['faults']>[number];
  const before = faults.slice(0, i).filter((one) => one.name === undefined && one.fault === fault).length;
  return name ?? (before === 0 ? fault : `${fault}-${before + 1}`);
}

const ms = (seconds: number): number => Math.round(seconds * 1000);

/** The faults of a scenario as its config has them: of a timeline, or the one that its short form names. */
export function entriesIn({ fault = '', target = '', params, faults }: Written): EntryIn[] {
  if (faults === undefined) return [{ name: fault, fault, target, params, atMs: 0, at: [] }];
  return faults.map((entry, i) => ({
    name: nameOf(faults, i),
    fault: entry.fault,
    target: entry.target,
    params: entry.params,
    atMs: ms(entry.at),
    ...(entry.for === undefined ? {} : { forMs: ms(entry.for) }),
    ...(entry.after === undefined ? {} : { after: entry.after }),
    at: ['faults', i],
  }));
}

/** What two entries may have in common: a broker by its name, or the one that an entry will find. */
function nodesOf(entries: readonly FaultEntry[], { name, target }: FaultEntry): string[] {
  const meant = meantBy(target);
  if ('named' in meant && /^n\d+$/.test(meant.named)) return [meant.named];
  const other = 'sameAs' in meant ? entries.find((one) => one.name === meant.sameAs && one.name !== name) : undefined;
  return other === undefined ? [`the broker of ${name}`] : nodesOf(entries.slice(0, entries.indexOf(other) + 1), other);
}

function holding(entries: readonly EntryIn[], faults: readonly HoldingFault[]): HoldingEntry[] {
  return entries.map((entry) => {
    const fault = faults.find(({ kind }) => kind === entry.fault);
    const params = fault?.params.safeParse(entry.params);
    const hold = params?.success === true ? fault?.holds?.(params.data) : undefined;
    return { ...entry, hold, nodes: nodesOf(entries, entry) };
  });
}

interface Around {
  readonly windowMs: number;
  readonly nodeCount: number;
}

const aroundOf = ({ cluster, timing }: Pick<ConfigFile, 'cluster' | 'timing'>): Around => ({
  windowMs: ms(timing.fault_window_seconds),
  nodeCount: cluster.nodes,
});

/** A scenario as runs carry it: with what each entry of a timeline has to wait for. One with a single fault is as it was written. */
export function scenarioFrom(
  written: Written,
  config: Pick<ConfigFile, 'cluster' | 'timing'>,
  faults: readonly HoldingFault[],
): Omit<Scenario, 'workload' | 'sdks'> & Pick<Written, 'workloads'> {
  const { faults: several, fault = '', target = '', params, ...rest } = written;
  const common = { ...rest, priority: rest.priority as Scenario['priority'] };
  if (several === undefined) return { ...common, fault, target, params };
  const entries = entriesIn(written);
  const { waits } = arrange(holding(entries, faults), aroundOf(config));
  return {
    ...common,
    fault: entries.map((entry) => entry.fault).join(' + '),
    target: entries.map((entry) => entry.target).join(' + '),
    params: {},
    faults: entries.map(({ at: _at, ...entry }, i) => {
      const waitsFor = waits[i] ?? [];
      return waitsFor.length === 0 ? entry : { ...entry, waitsFor };
    }),
  };
}

/** What no entry can see by itself: names, times, and faults that cannot be on together. */
export function timelineProblems(
  { scenarios, ...config }: Pick<ConfigFile, 'cluster' | 'timing' | 'scenarios'>,
  faults: readonly HoldingFault[],
): Problem[] {
  return scenarios.flatMap((scenario, i) => {
    if (scenario.faults === undefined) return [];
    const entries = entriesIn(scenario);
    const say = (entry: number, key: string, text: string): Problem => {
      const path = ['scenarios', i, 'faults', entry, key];
      return { path, text: `${path.join('.')} (${scenario.name}): ${text}` };
    };
    const own = entries.flatMap((_, at) =>
      entryProblems(entries, at, faults).map(({ key, text }) => say(at, key, text)),
    );
    // Of an unknown fault, or one with wrong parameters, nobody knows with whom it can be on.
    const isRead = entries.every((entry) => {
      const fault = faults.find(({ kind }) => kind === entry.fault);
      return fault?.params.safeParse(entry.params).success === true;
    });
    if (own.length > 0 || !isRead) return own;
    const { contradictions } = arrange(holding(entries, faults), aroundOf(config));
    return contradictions.map(({ entry, text }) => say(entry, 'at', text));
  });
}

function entryProblems(
  entries: readonly EntryIn[],
  i: number,
  faults: readonly HoldingFault[],
): { readonly key: string; readonly text: string }[] {
  const { name, fault: kind, target, params, atMs, after } = entries[i] as EntryIn;
  const before = entries.slice(0, i).map((one) => one.name);
  const known = before.length === 0 ? 'none: the first has nobody before it' : before.join(', ');
  const problems: { key: string; text: string }[] = [];
  if (before.includes(name)) problems.push({ key: 'name', text: `${name} is there twice` });
  if (i === 0 && atMs > 0) problems.push({ key: 'at', text: `expected 0 for the first entry, got ${atMs / 1000}` });
  if (after !== undefined && !before.includes(after))
    problems.push({ key: 'after', text: `expected an entry before this one (${known}), got ${after}` });
  const meant = meantBy(target);
  if ('sameAs' in meant && !before.includes(meant.sameAs))
    problems.push({ key: 'target', text: `expected same as an entry before this one (${known}), got ${target}` });
  const fault = faults.find((one) => one.kind === kind);
  const parsed = fault?.params.safeParse(params);
  const hold = parsed?.success === true ? fault?.holds?.(parsed.data) : undefined;
  const choosesOne = hold === 'broker' || (hold === 'network' && fault?.targetKind === 'broker');
  if ('named' in meant) {
    // Who is hit is looked for when the fault begins, and not placed before: others may be on by then.
    if (hold === 'broker' && !/^n\d+$/.test(target))
      problems.push({ key: 'target', text: `expected a broker by its name (n1) or ${WORDS_TEXT}, got ${target}` });
  } else if (parsed?.success === true && !choosesOne) {
    const words = [...TARGET_WORDS, 'same as'].join(', ');
    problems.push({ key: 'target', text: `${kind} does not hit one broker: expected none of ${words}, got ${target}` });
  }
  if (params['victim'] !== undefined)
    problems.push({ key: 'params', text: 'expected no victim in a timeline: target says who is hit' });
  return problems;
}
