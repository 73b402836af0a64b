import type { HistoryBreaker, HistoryEntry, HistoryIndex, HistorySdk } from './history.js';
import type { Headline } from './status.js';

/** Where a worker serves its metrics. */
export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
  /** As the config has it: `127.0.0.1:9464`, `[::1]:9464`. */
  readonly text: string;
}

/** A value that goes up and down, in the base units of Prometheus: seconds, counts, 0 or 1. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const VERDICTS: readonly Headline[] = ['PASS', 'FAIL', 'INVALID', 'KNOWN'];
const PREFIX = 'robustmq_chaos_';

const isVerdict = ({ kind, headline }: HistoryEntry): boolean => kind === 'full' && VERDICTS.includes(headline);

const secondsOf = (time: string): number => Date.parse(time) / 1000;

/** A figure that there is not has no series: 0 would be a lie. */
const figure = (labels: Sample['labels'], value: number | null | undefined): Sample[] =>
  value == null ? [] : [{ labels, value }];

/** One metric, as it is made of one row. */
type Column<Row> = readonly [name: string, help: string, samples: (row: Row) => Sample[]];

const gauges = <Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Gauge[] =>
  columns.map(([name, help, samples]) => ({ name: PREFIX + name, help, samples: rows.flatMap(samples) }));

interface ClusterVerdicts {
  readonly cluster: string;
  readonly counts: ReadonlyMap<Headline, number>;
  readonly last: HistoryEntry;
}

const headlines = ({ cluster }: ClusterVerdicts, valueOf: (headline: Headline) => number): Sample[] =>
  VERDICTS.map((headline) => ({ labels: { cluster, headline }, value: valueOf(headline) }));

const verdictColumns = (nowMs: number): Column<ClusterVerdicts>[] => [
  [
    'last_verdict',
    'Headline of the last full round that has a verdict: 1 for the one that it is, 0 for the others.',
    (row) => headlines(row, (headline) => Number(headline === row.last.headline)),
  ],
  [
    'last_verdict_timestamp_seconds',
    'When the last full round that has a verdict ended, in Unix time.',
    ({ cluster, last }) => figure({ cluster }, secondsOf(last.finished_at)),
  ],
  [
    'last_verdict_age_seconds',
    'Time since the last full round that has a verdict ended.',
    ({ cluster, last }) => figure({ cluster }, nowMs / 1000 - secondsOf(last.finished_at)),
  ],
  [
    'verdicts',
    'Full rounds in the history, by their headline. It goes down if the folders of runs are removed by hand.',
    (row) => headlines(row, (headline) => row.counts.get(headline) ?? 0),
  ],
  [
    'new_failures',
    'Failures in the last full round that no entry of the list of known failures covers; none without a list.',
    ({ cluster, last }) => figure({ cluster }, last.known?.new_failures),
  ],
  [
    'new_warnings',
    'Warnings in the last full round that no entry of the list of known failures covers.',
    ({ cluster, last }) => figure({ cluster }, last.known?.new_warnings),
  ],
  [
    'known_findings',
    'Failures and warnings in the last full round that the list of known failures covers.',
    ({ cluster, last }) => figure({ cluster }, last.known?.known),
  ],
  [
    'known_entries_gone',
    'Entries of the list of known failures that have not been seen for long.',
    ({ cluster, last }) => figure({ cluster }, last.known?.gone.length),
  ],
];

const breakerColumns: readonly Column<HistoryBreaker>[] = [
  [
    'failures_in_a_row',
    'Full rounds that failed in a row; the third one opens the breaker.',
    ({ cluster, failures_in_a_row: count }) => figure({ cluster }, count),
  ],
  [
    'breaker_open',
    'Whether the breaker is open: no round starts until a person resumes.',
    ({ cluster, open }) => figure({ cluster }, Number(open)),
  ],
  [
    'verdict_interval_seconds',
    'How often the schedule promises a verdict; none if it promises none.',
    ({ cluster, waiting }) => figure({ cluster }, waiting == null ? null : waiting.every_ms / 1000),
  ],
  [
    'verdict_overdue_timestamp_seconds',
    'From when on the next verdict is overdue, in Unix time; none if none is waited for.',
    ({ cluster, waiting }) =>
      figure({ cluster }, waiting == null ? null : secondsOf(waiting.since) + waiting.overdue_after_ms / 1000),
  ],
];

interface SdkRow {
  readonly labels: { readonly cluster: string; readonly scenario: string; readonly sdk: string };
  readonly figures: HistorySdk;
}

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

const sdkColumns: readonly Column<SdkRow>[] = [
  [
    'validation_p99_seconds',
    'Latency (p99) of the clients of the validation in the last full round.',
    ({ labels, figures }) => figure(labels, seconds(figures.p99_ms)),
  ],
  [
    'validation_lost_messages',
    'Messages that were acknowledged and never delivered in the validation of the last full round.',
    ({ labels, figures }) => figure(labels, figures.lost),
  ],
  [
    'fault_outage_seconds',
    'Longest time without an acknowledgement during the fault in the last full round.',
    ({ labels, figures }) => figure(labels, seconds(figures.outage_ms)),
  ],
  [
    'fault_lost_messages',
    'Messages of the fault period that were acknowledged and never delivered in the last full round.',
    ({ labels, figures }) => figure(labels, figures.lost_in_fault),
  ],
];

function verdictsByCluster(runs: readonly HistoryEntry[]): ClusterVerdicts[] {
  const rows = new Map<string, { readonly counts: Map<Headline, number>; last: HistoryEntry }>();
  for (const run of runs.filter(isVerdict)) {
    const row = rows.get(run.cluster) ?? { counts: new Map<Headline, number>(), last: run };
    row.counts.set(run.headline, (row.counts.get(run.headline) ?? 0) + 1);
    rows.set(run.cluster, { ...row, last: run });
  }
  return [...rows].map(([cluster, row]) => ({ cluster, ...row }));
}

const sdkRows = ({ cluster, last }: ClusterVerdicts): SdkRow[] =>
  last.scenarios.flatMap(({ name: scenario, sdks }) =>
    sdks.map((figures) => ({ labels: { cluster, scenario, sdk: figures.sdk }, figures })),
  );

/** What a monitoring system is told of a history, whose runs are in the order of their start: of each cluster the last full round with a verdict counts. */
export function historyMetrics({ runs, breakers }: Pick<HistoryIndex, 'runs' | 'breakers'>, nowMs: number): Gauge[] {
  const clusters = verdictsByCluster(runs);
  return [
    ...gauges(clusters, verdictColumns(nowMs)),
    ...gauges(breakers, breakerColumns),
    ...gauges(clusters.flatMap(sdkRows), sdkColumns),
  ];
}

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const line = (name: string, { labels, value }: Sample): string =>
  `${name}{${Object.entries(labels)
    .map(([label, text]) => `${label}="${escaped(text)}"`)
    .join(',')}} ${value}`;

/** Gauges as Prometheus reads them; those without a value are left out. Source: Prometheus' text-based format, version 0.0.4. */
export const expositionText = (all: readonly Gauge[]): string =>
  all
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, help, samples }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} gauge`,
      ...samples.map((sample) => line(name, sample)),
    ])
    .map((text) => `${text}\n`)
    .join('');
