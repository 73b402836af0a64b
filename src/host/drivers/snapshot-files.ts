import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type { SnapshotSummary } from '../../domain/report-data.js';
import { runPaths } from '../layout/paths.js';
import { writeStored } from '../os/stored.js';
import type { SnapshotOptions } from './contract.js';

const KEPT_NEVER_LINES = 20;

/** What a driver found: each node's metrics as it gives them, its new log lines, and the figures worth comparing. */
export interface Found {
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly lines: Readonly<Record<string, readonly string[]>>;
  readonly warnings: readonly string[];
  readonly figures: Readonly<Record<string, number>>;
}

/** Writes a snapshot to the run's folder, `<label>.json` and `<label>.log`, and tells the short of it. */
export function writeSnapshot({ label, runDir, neverLines }: SnapshotOptions, found: Found): SnapshotSummary {
  const at = new Date().toISOString();
  const { metrics, log } = runPaths(runDir).snapshot(label);
  mkdirSync(dirname(log), { recursive: true });
  const all = Object.entries(found.lines).flatMap(([node, lines]) => lines.map((line) => `${node}: ${line}`));
  writeStored('snapshot', metrics, { label, at, metrics: found.metrics, warnings: found.warnings });
  writeFileSync(log, all.map((line) => `${line}\n`).join(''));
  const never = all.filter((line) => neverLines.some((text) => line.includes(text)));
  return {
    label,
    at,
    file: relative(runDir, metrics),
    warnings: found.warnings.slice(0, 10).map((warning) => warning.slice(0, 200)),
    neverLines: never.slice(0, KEPT_NEVER_LINES).map((line) => line.slice(0, 300)),
    newLogLines: all.length,
    figures: found.figures,
  };
}
