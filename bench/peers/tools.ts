import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** Load tools that people use today, as test equipment: on PATH, or built by Go from the pinned version. */
const PINNED = {
  'mqtt-benchmark': 'github.com/krylovsk/mqtt-benchmark@v0.2.0',
  // It has no version tags that Go knows: the last commit.
  'mqtt-stresser': 'github.com/inovex/mqtt-stresser@v0.0.0-20230309104343-7d7047f86b12',
} as const;
export type ToolName = keyof typeof PINNED;

export type Tool = { readonly path: string; readonly origin: string } | { readonly missing: string };

const GOBIN = fileURLToPath(new URL('../../.tools/bench', import.meta.url));

/** Finds or builds a tool; says why where it can do neither. */
export async function findTool(name: ToolName): Promise<Tool> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), GOBIN];
  const path = folders.map((folder) => join(folder, name)).find(existsSync);
  if (path !== undefined) return { path, origin: path.startsWith(GOBIN) ? PINNED[name] : 'from PATH' };
  const installed = await execa('go', ['install', PINNED[name]], { env: { GOBIN }, reject: false, all: true });
  if (installed.exitCode === 0) return { path: join(GOBIN, name), origin: PINNED[name] };
  // Go begins with the module, more than once, and names the registry that it asked: whose that is depends on the machine.
  const [first = ''] = installed.all.split('\n');
  const why = first.replaceAll(`${PINNED[name]}: `, '').replace(/https?:\/\/[^\s:]*:?/, 'the module proxy:');
  return { missing: `go install ${PINNED[name]}: ${why.slice(0, 200)}` };
}

/** The figures that `mqtt-benchmark` prints; milliseconds. */
export interface BenchmarkFigures {
  readonly ratio: number;
  readonly successes: number;
  readonly failures: number;
  readonly msg_time_min: number;
  readonly msg_time_max: number;
  readonly msg_time_mean_avg: number;
  readonly msg_time_mean_std: number;
}

/** Its usual load: ten clients, one message a second each. */
export async function runBenchmark(path: string, endpoint: string, seconds: number): Promise<BenchmarkFigures> {
  const load = [
    '-count',
    String(seconds),
    '-clients',
    '10',
    '-message-interval',
    '1',
    '-topic',
    'peers/mqtt-benchmark',
  ];
  const run = await execa(path, ['-broker', `tcp://${endpoint}`, ...load, '-format', 'json', '-quiet']);
  return (JSON.parse(run.stdout) as { totals: BenchmarkFigures }).totals;
}

/** What `mqtt-stresser` prints, without its drawings. */
export async function runStresser(path: string, endpoint: string, seconds: number): Promise<string[]> {
  const load = ['-num-clients', '10', '-num-messages', String(seconds), '-pause-between-messages', '1s'];
  const rest = ['-publisher-qos', '1', '-subscriber-qos', '1', '-timeout', '20s', '-no-progress'];
  const run = await execa(path, ['-broker', `tcp://${endpoint}`, ...load, ...rest], { reject: false });
  return run.stdout.split('\n').filter((line) => /:\s+\S/.test(line) && !/^\s*<|^\s*\|/.test(line));
}
