import { z } from 'zod';

const port = z.number().int().min(1).max(65_535);
const place = z.looseObject({ config: z.string(), data_dir: z.string(), mqtt_port: port, http_port: port }).partial();
const matrix = z.array(z.looseObject({ sdk: z.string(), scenarios: z.array(z.string()).optional() }));

/** RobustMQ's own `chaos-test/config.yml`, as far as something here follows from it. */
const upstreamSchema = z.looseObject({
  cluster: z.looseObject({
    binary: z.string().optional(),
    project_root: z.string().optional(),
    mode: z.enum(['single', 'multi']),
    multi: z.looseObject({ nodes: z.array(place).min(1) }).optional(),
  }),
  sdk_matrix: z.looseObject({ p0: matrix, p1: matrix, p2: matrix }).partial().optional(),
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
  ['cluster.single', ({ cluster }) => 'single' in cluster, 'config, data folder and ports are generated for each run'],
  [
    'cluster.multi',
    ({ cluster }) => 'multi' in cluster,
    'only the number of its nodes is used; everything else is generated for each run',
  ],
  ['mqtt', (raw) => 'mqtt' in raw, 'each run generates its own login'],
  ['chaosd', (raw) => 'chaosd' in raw, 'brokers are killed by pid and start time, never by name'],
  ['observability', (raw) => 'observability' in raw, 'logs and metrics are where the generated config puts them'],
  ['sdk_matrix versions', inMatrix(/^versions?$/), 'set-up builds each SDK with the toolchain of this machine'],
  ['sdk_matrix scenarios', inMatrix(/^scenarios$/), 'the workload is basic-pubsub'],
  ['github', (raw) => 'github' in raw, 'publishing has settings of its own: docs/publishing.md'],
];

/** Of the SDKs that the matrix names, each once, in the order of its priorities. */
const sdksOf = (raw: Upstream): string[] => [...new Set(rowsOf(raw).map((row) => row.sdk))];

/** Our own config in place of RobustMQ's `chaos-test/config.yml`, with a warning for each part of it that is not used; any other file as it is. */
export function fromUpstream(raw: unknown): { readonly raw: unknown; readonly warnings: readonly string[] } {
  const parsed = upstreamSchema.safeParse(raw);
  if (!parsed.success) return { raw, warnings: [] };
  const { cluster } = parsed.data;
  const sdks = sdksOf(parsed.data);
  const ours = {
    cluster: {
      driver: 'robustmq',
      nodes: cluster.mode === 'single' ? 1 : (cluster.multi?.nodes.length ?? 3),
      ...(cluster.binary === undefined ? {} : { binary: cluster.binary }),
      ...(cluster.project_root === undefined ? {} : { project_root: cluster.project_root }),
    },
    ...(sdks.length === 0 ? {} : { sdks }),
    timing: { fault_window_seconds: 60, observe_budget_seconds: 58, recovery_budget_seconds: 180 },
    scenarios: CATALOGUE,
  };
  const unused = UNUSED.filter(([, isThere]) => isThere(parsed.data));
  const warnings = unused.map(([what, , instead]) => `${what} of the config is not used: ${instead}`);
  return { raw: ours, warnings };
}
