import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SnapshotSummary } from '../../../domain/report-data.js';
import { writeJson } from '../../files.js';
import type { SnapshotOptions } from '../contract.js';
import { newLogLines } from '../log-marks.js';
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

const KEPT_NEVER_LINES = 20;

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
  const at = new Date().toISOString();
  const warnings: string[] = [];
  const metrics: Record<string, Pages> = {};
  for (const node of state.nodes) metrics[node.id] = await nodePages(node, warnings);
  const logs = newLogLines(
    dir,
    state.nodes.map((node) => ({ node: node.id, file: node.logFile })),
  );
  warnings.push(...logs.warnings);
  const folder = join(options.runDir, 'snapshots');
  mkdirSync(folder, { recursive: true });
  const all = Object.entries(logs.lines).flatMap(([node, lines]) => lines.map((line) => `${node}: ${line}`));
  writeFileSync(join(folder, `${options.label}.log`), all.map((line) => `${line}\n`).join(''));
  writeJson(join(folder, `${options.label}.json`), { label: options.label, at, metrics, warnings });
  const never = all.filter((line) => options.neverLines.some((text) => line.includes(text)));
  return {
    label: options.label,
    at,
    file: join('snapshots', `${options.label}.json`),
    warnings: warnings.slice(0, 10).map((warning) => warning.slice(0, 200)),
    neverLines: never.slice(0, KEPT_NEVER_LINES).map((line) => line.slice(0, 300)),
    newLogLines: all.length,
    figures: Object.assign({}, ...state.nodes.map((n) => figuresOf(n.id, metrics[n.id] ?? {}))) as Record<
      string,
      number
    >,
  };
}
