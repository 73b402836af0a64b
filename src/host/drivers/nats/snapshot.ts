import type { SnapshotSummary } from '../../../domain/report-data.js';
import type { SnapshotOptions } from '../contract.js';
import { newLogLines } from '../log-marks.js';
import { writeSnapshot } from '../snapshot-files.js';
import { monitor } from './monitor.js';
import { loadState, type NatsNode } from './state.js';

/** Pages that make up the metrics of one node. `healthz` is the full check, kept as data: it stays red long after clients are served again. */
const PAGES: Readonly<Record<string, string>> = {
  varz: '/varz',
  jsz: '/jsz?accounts=1&streams=1&consumers=1&raft=1',
  connz: '/connz?auth=1',
  routez: '/routez',
  healthz: '/healthz',
};

/** Figures worth comparing between two snapshots, by page and path within it. */
const FIGURES: readonly (readonly [string, string])[] = [
  ['varz', 'connections'],
  ['varz', 'total_connections'],
  ['varz', 'routes'],
  ['varz', 'in_msgs'],
  ['varz', 'out_msgs'],
  ['varz', 'slow_consumers'],
  ['varz', 'mem'],
  ['jsz', 'streams'],
  ['jsz', 'consumers'],
  ['jsz', 'messages'],
  ['jsz', 'bytes'],
];

type Pages = Record<string, unknown>;

async function nodePages(node: NatsNode, warnings: string[]): Promise<Pages> {
  const pages: Pages = {};
  await Promise.all(
    Object.entries(PAGES).map(async ([name, path]) => {
      try {
        pages[name] = await monitor(node, path);
      } catch (error) {
        warnings.push(`${node.id}: no ${path}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }),
  );
  return pages;
}

function figuresOf(id: string, pages: Pages): Record<string, number> {
  const entries = FIGURES.flatMap(([page, key]) => {
    const value = (pages[page] as Record<string, unknown> | undefined)?.[key];
    return typeof value === 'number' ? [[`${id}.${key}`, value] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** Metrics of every node and its new log lines, written to the run's folder; what is missing is a warning, never an error. */
export async function snapshot(dir: string, options: SnapshotOptions): Promise<SnapshotSummary> {
  const state = loadState(dir);
  const warnings: string[] = [];
  const metrics: Record<string, Pages> = {};
  for (const node of state.nodes) metrics[node.id] = await nodePages(node, warnings);
  const logs = newLogLines(
    dir,
    state.nodes.map((node) => ({ node: node.id, file: node.logFile })),
  );
  warnings.push(...logs.warnings);
  return writeSnapshot(options, {
    metrics,
    warnings,
    lines: logs.lines,
    figures: Object.assign({}, ...state.nodes.map((n) => figuresOf(n.id, metrics[n.id] ?? {}))) as Record<
      string,
      number
    >,
  });
}
