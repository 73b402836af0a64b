import { z } from 'zod';
import { filePath } from './file-path.js';
import { schemaProblems, type Problem } from './problems.js';
import { MAX_NODES } from './schema.js';
import { SDK_NAMES } from './sdks.js';
import { withoutEmptySections } from './sections.js';

type FromUpstream =
  { readonly problems: readonly Problem[] } | { readonly raw: unknown; readonly warnings: readonly string[] };

const port = z.number().int().min(1).max(65_535);
const place = z.looseObject({ config: z.string(), data_dir: z.string(), mqtt_port: port, http_port: port }).partial();
const ofOurs = z.string().refine((sdk) => SDK_NAMES.includes(sdk), {
  error: ({ input }) => `expected one of ${SDK_NAMES.join(', ')}, got ${String(input)}`,
});
const matrix = z.array(z.looseObject({ sdk: ofOurs, scenarios: z.array(z.string()).optional() }));
const part = z.looseObject({}).optional();

/** RobustMQ's own `chaos-test/config.yml`, as far as something here follows from it. */
const upstreamSchema = z.looseObject({
  cluster: z.looseObject({
    binary: filePath.optional(),
    project_root: filePath.optional(),
    mode: z.enum(['single', 'multi']),
    single: place.optional(),
    multi: z.looseObject({ nodes: z.array(place).min(1).max(MAX_NODES) }).optional(),
  }),
  mqtt: part,
  chaosd: part,
  observability: part,
  sdk_matrix: z.looseObject({ p0: matrix, p1: matrix, p2: matrix }).partial().optional(),
  github: part,
});

type Upstream = z.infer<typeof upstreamSchema>;

const rowsOf = ({ sdk_matrix: given }: Upstream) => [given?.p0, given?.p1, given?.p2].flatMap((rows) => rows ?? []);

/** The seed's catalogue: that file has none. */
const CATALOGUE = [
  {
    name: 'broker-kill-single',
    fault: 'broker-kill',
    target: 'robustmq-server',
    params: { victim: 'follower' },
    core: true,
    priority: 'P0',
  },
  {
    name: 'network-delay-100ms',
    fault: 'network-delay',
    target: 'eth0',
    params: { delay_ms: 100, jitter_ms: 10 },
    core: false,
    priority: 'P1',
  },
  {
    name: 'leader-transfer',
    fault: 'broker-kill',
    target: 'robustmq-server',
    params: { victim: 'leader' },
    core: true,
    priority: 'P0',
  },
];

const inMatrix = (key: RegExp) => (raw: Upstream) =>
  rowsOf(raw).some((row) => Object.keys(row).some((k) => key.test(k)));

/** Parts of that file that nothing here follows from: what of it, is it there, and what is done instead. */
const UNUSED: readonly (readonly [string, (raw: Upstream) => boolean, string])[] = [
  [
    'cluster.single',
    ({ cluster }) => cluster.single !== undefined,
    'config, data folder and ports are generated for each run',
  ],
  [
    'cluster.multi',
    ({ cluster }) => cluster.multi !== undefined,
    'only the number of its nodes is used; everything else is generated for each run',
  ],
  ['mqtt', ({ mqtt }) => mqtt !== undefined, 'each run generates its own login'],
  ['chaosd', ({ chaosd }) => chaosd !== undefined, 'brokers are killed by pid and start time, never by name'],
  [
    'observability',
    ({ observability }) => observability !== undefined,
    'logs and metrics are where the generated config puts them',
  ],
  ['sdk_matrix versions', inMatrix(/^versions?$/), 'set-up builds each SDK with the toolchain of this machine'],
  ['sdk_matrix scenarios', inMatrix(/^scenarios$/), 'the workload is basic-pubsub'],
  ['github', ({ github }) => github !== undefined, 'publishing has settings of its own: docs/publishing.md'],
];

/** Of the SDKs that the matrix names, each once, in the order of its priorities. */
const sdksOf = (raw: Upstream): string[] => [...new Set(rowsOf(raw).map((row) => row.sdk))];

const isSection = (raw: unknown): raw is Record<string, unknown> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw);

/** By what only that file has, and without a catalogue, which every config of this program has. */
function looksUpstream(raw: unknown): boolean {
  if (!isSection(raw) || 'scenarios' in raw) return false;
  const { cluster } = raw;
  const marks = isSection(cluster) && ['mode', 'single', 'multi'].some((key) => key in cluster);
  return marks || ['sdk_matrix', 'chaosd', 'observability'].some((key) => key in raw);
}

function problemsOf({ cluster }: Upstream): Problem[] {
  if (cluster.mode === 'single' || cluster.multi !== undefined) return [];
  return [{ path: ['cluster', 'multi'], text: 'cluster.multi.nodes: expected a list (mode is multi), got nothing' }];
}

/**
 * Our own config in place of RobustMQ's `chaos-test/config.yml`, with a warning for each part of it that is not used, or what is wrong with that
 * file; any other file as it is.
 */
export function fromUpstream(raw: unknown): FromUpstream {
  if (!looksUpstream(raw)) return { raw, warnings: [] };
  const parsed = upstreamSchema.safeParse(withoutEmptySections(raw, upstreamSchema), { reportInput: true });
  if (!parsed.success) return { problems: schemaProblems(parsed.error.issues, upstreamSchema) };
  const problems = problemsOf(parsed.data);
  return problems.length > 0 ? { problems } : { raw: ours(parsed.data), warnings: warningsOf(parsed.data) };
}

function ours(given: Upstream): unknown {
  const { cluster } = given;
  const sdks = sdksOf(given);
  return {
    cluster: {
      driver: 'robustmq',
      nodes: cluster.mode === 'single' ? 1 : cluster.multi?.nodes.length,
      ...(cluster.binary === undefined ? {} : { binary: cluster.binary }),
      ...(cluster.project_root === undefined ? {} : { project_root: cluster.project_root }),
    },
    ...(sdks.length === 0 ? {} : { sdks }),
    timing: { fault_window_seconds: 60, observe_budget_seconds: 58, recovery_budget_seconds: 180 },
    scenarios: CATALOGUE,
  };
}

function warningsOf(given: Upstream): string[] {
  const unknown = Object.keys(given).filter((key) => !(key in upstreamSchema.shape));
  return [
    ...UNUSED.filter(([, isThere]) => isThere(given)).map(([what, , instead]) => [what, instead]),
    ...unknown.map((key) => [key, "RobustMQ's own config has no such part; a config of this program has scenarios"]),
  ].map(([what, instead]) => `${what} of the config is not used: ${instead}`);
}
