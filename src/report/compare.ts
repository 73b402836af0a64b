import type { PeriodCount } from '../domain/periods.js';
import type { RunData, ScenarioResult } from '../domain/report-data.js';
import { dash, number, seconds, table } from './format.js';
import { versionsOf } from './report-sentences.js';

/** One thing in which two runs can be compared; both as text, and whether they say the same. */
export interface ComparedRow {
  readonly what: string;
  readonly a: string;
  readonly b: string;
  /** b ÷ a, where both are numbers. */
  readonly ratio: string;
}

const ratioOf = (a: number | null | undefined, b: number | null | undefined): string =>
  typeof a === 'number' && typeof b === 'number' && a > 0 ? `${(b / a).toFixed(2)} ×` : dash;

const text = (what: string, a: string | undefined, b: string | undefined): ComparedRow => ({
  what,
  a: a ?? dash,
  b: b ?? dash,
  ratio: dash,
});

type Pick = (result: ScenarioResult | undefined, sdk: string) => number | null | undefined;

const lostAfter = (parts: readonly PeriodCount[] | undefined): number | null =>
  parts
    ?.filter(({ period }) => period === 'after' || period === 'heal wait')
    .reduce((sum, { count }) => sum + count, 0) ?? null;

const FIGURES: readonly {
  readonly what: string;
  readonly pick: Pick;
  readonly show: (n: number | null | undefined) => string;
}[] = [
  {
    what: 'lost',
    pick: (result, sdk) => result?.validation.find((o) => o.sdk === sdk)?.result?.lost,
    show: (n) => number(n, 0),
  },
  {
    what: 'p99 ms',
    pick: (result, sdk) => result?.validation.find((o) => o.sdk === sdk)?.result?.p99_ms,
    show: (n) => number(n),
  },
  {
    what: 'no acknowledgement for',
    pick: (result, sdk) => result?.faultPeriod.find((f) => f.sdk === sdk)?.longestNoAckMs,
    show: seconds,
  },
  {
    what: 'acknowledged, then lost',
    pick: (result, sdk) => result?.faultPeriod.find((f) => f.sdk === sdk)?.ackedLost,
    show: (n) => number(n, 0),
  },
  {
    // Not in runs of 0.1.0: what was lost after the recovery is then in neither figure.
    what: 'of these after the fault',
    pick: (result, sdk) => lostAfter(result?.faultPeriod.find((f) => f.sdk === sdk)?.lostByPeriod),
    show: (n) => number(n, 0),
  },
];

const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])];

const heldMs = (result: ScenarioResult | undefined): number | null => {
  const { injectedUs = null, recoveredUs = null } = result?.fault ?? {};
  return injectedUs === null || recoveredUs === null ? null : (recoveredUs - injectedUs) / 1000;
};

/** Everything in which two runs may differ: verdicts, every SDK's figures, and versions. */
export function compareRuns(a: RunData, b: RunData): ComparedRow[] {
  const find = (data: RunData, name: string): ScenarioResult | undefined =>
    data.scenarios.find((s) => s.scenario.name === name);
  const names = union(
    a.plan.scenarios.map((s) => s.name),
    b.plan.scenarios.map((s) => s.name),
  );
  const sdks = union(a.plan.sdks, b.plan.sdks);
  const scenarios = names.flatMap((name) => {
    const [left, right] = [find(a, name), find(b, name)];
    const [from, to] = [heldMs(left), heldMs(right)];
    return [
      text(`${name}: status`, left?.verdict.status, right?.verdict.status),
      { what: `${name}: inject to recovered`, a: seconds(from), b: seconds(to), ratio: ratioOf(from, to) },
      ...sdks.flatMap((sdk) =>
        FIGURES.map(({ what, pick, show }) => {
          const [x, y] = [pick(left, sdk), pick(right, sdk)];
          return { what: `${name} ${sdk}: ${what}`, a: show(x), b: show(y), ratio: ratioOf(x, y) };
        }),
      ),
    ];
  });
  const [ours, theirs] = [new Map(versionsOf(a)), new Map(versionsOf(b))];
  const versions = union([...ours.keys()], [...theirs.keys()])
    .filter((name) => ours.get(name) !== theirs.get(name))
    .map((name) => text(name, ours.get(name), theirs.get(name)));
  const config =
    a.plan.configSha256 === b.plan.configSha256 ? [] : [text('config', a.plan.configSha256, b.plan.configSha256)];
  return [text('verdict', a.headline, b.headline), ...versions, ...config, ...scenarios];
}

/** The same as a Markdown table, with what changed marked; versions and config stand there only if they differ. */
export const comparisonText = (a: RunData, b: RunData): string =>
  `${table(
    ['', 'what', a.runId, b.runId, 'ratio'],
    compareRuns(a, b).map((row) => [row.a === row.b ? '' : '≠', row.what, row.a, row.b, row.ratio]),
  )}\n`;
