import type { SnapshotSummary } from '../../../domain/report-data.js';
import type { SnapshotOptions } from '../contract.js';
import { newLogLines } from '../log-marks.js';
import { writeSnapshot } from '../snapshot-files.js';
import { metricsText } from './admin.js';
import { readableLine } from './log-line.js';
import { loadState, type RobustNode } from './state.js';

/** Metrics worth comparing between two snapshots; of those with labels, the sum. */
const FIGURES = [
  'mqtt_connections_count',
  'mqtt_sessions_count',
  'mqtt_topics_count',
  'mqtt_subscribers_count',
  'mqtt_packets_publish_received_total',
  'mqtt_packets_publish_sent_total',
  'mqtt_messages_dropped_no_subscribers_total',
  'storage_engine_ops_fail_total',
  'raft_write_failures_total',
  'raft_rpc_failures_total',
  'grpc_errors_total',
  'handler_timeout_total',
  'write_timeout_total',
] as const;

/** Sums of each figure over its labels, from OpenMetrics text: `name{labels} value`. */
export function figuresIn(text: string): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const [, name, value] = /^([a-z_]+)(?:\{.*\})? (\S+)/.exec(line) ?? [];
    if (name === undefined || !FIGURES.some((figure) => figure === name)) continue;
    sums[name] = (sums[name] ?? 0) + Number(value);
  }
  return sums;
}

async function metricsOf(node: RobustNode, warnings: string[]): Promise<string> {
  return metricsText(node).catch((error: unknown) => {
    warnings.push(`${node.id}: no /metrics: ${error instanceof Error ? error.message : String(error)}`);
    return '';
  });
}

/** Metrics of every node and its new log lines, written to the run's folder; what is missing is a warning, never an error. */
export async function snapshot(dir: string, options: SnapshotOptions): Promise<SnapshotSummary> {
  const { nodes } = loadState(dir);
  const warnings: string[] = [];
  const metrics: Record<string, string> = {};
  for (const node of nodes) metrics[node.id] = await metricsOf(node, warnings);
  const logs = newLogLines(
    dir,
    nodes.flatMap(({ id, logFile, outFile }) => [
      { node: id, file: logFile },
      { node: id, file: outFile },
    ]),
  );
  warnings.push(...logs.warnings);
  const figures = nodes.flatMap(({ id }) =>
    Object.entries(figuresIn(metrics[id] ?? '')).map(([name, value]) => [`${id}.${name}`, value] as const),
  );
  return writeSnapshot(options, {
    metrics,
    warnings,
    lines: Object.fromEntries(Object.entries(logs.lines).map(([id, lines]) => [id, lines.map(readableLine)])),
    figures: Object.fromEntries(figures),
  });
}
