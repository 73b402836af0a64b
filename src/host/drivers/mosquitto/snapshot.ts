import type { SnapshotSummary } from '../../../domain/report-data.js';
import type { SnapshotOptions } from '../contract.js';
import { newLogLines } from '../log-marks.js';
import { retainedUnder } from '../mqtt-probe.js';
import { writeSnapshot } from '../snapshot-files.js';
import { loginOf } from './lifecycle.js';
import { HOST, loadState, type MosquittoNode, type MosquittoState } from './state.js';

const ROOT = '$SYS/broker/';
const ANSWER_LIMIT_MS = 2000;

/** Counters worth comparing between two snapshots: topics under `$SYS/broker/`. */
const FIGURES = [
  'clients/connected',
  'messages/received',
  'messages/sent',
  'messages/stored',
  'publish/messages/dropped',
  'subscriptions/count',
  'heap/current',
];

type Counters = Readonly<Record<string, string>>;

async function countersOf(state: MosquittoState, node: MosquittoNode, warnings: string[]): Promise<Counters> {
  const at = { host: HOST, port: node.mqttPort };
  return retainedUnder(`${ROOT}#`, at, loginOf(state), ANSWER_LIMIT_MS).catch((error: unknown) => {
    warnings.push(`${node.id}: no $SYS: ${error instanceof Error ? error.message : String(error)}`);
    return {};
  });
}

const figuresOf = (id: string, counters: Counters): (readonly [string, number])[] =>
  FIGURES.flatMap((topic) => {
    const value = counters[`${ROOT}${topic}`];
    return value === undefined ? [] : [[`${id}.${topic.replaceAll('/', '_')}`, Number(value)] as const];
  });

/** The broker's counters, its new log lines, and the figures; what is missing is a warning, never an error. */
export async function snapshot(dir: string, options: SnapshotOptions): Promise<SnapshotSummary> {
  const state = loadState(dir);
  const warnings: string[] = [];
  const metrics: Record<string, Counters> = {};
  for (const node of state.nodes) metrics[node.id] = await countersOf(state, node, warnings);
  const logs = newLogLines(
    dir,
    state.nodes.map(({ id, logFile }) => ({ node: id, file: logFile })),
  );
  const figures = Object.fromEntries(Object.entries(metrics).flatMap(([id, counters]) => figuresOf(id, counters)));
  return writeSnapshot(options, { metrics, lines: logs.lines, warnings: [...warnings, ...logs.warnings], figures });
}
