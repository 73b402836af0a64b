import { z } from 'zod';
import { DEFAULT_GUARANTEES } from '../domain/guarantee-verdict.js';
import { GUARANTEE_NAMES } from '../domain/guarantees/guarantee.js';
import { subscriberSessions } from '../domain/plan.js';
import { shown } from '../domain/shape.js';
import { cron } from './cron.js';
import { filePath } from './file-path.js';
import { known, namingKnown } from './known.js';
import { listenAddress } from './listen-address.js';
import { notify, publish } from './remote-schema.js';
import { retention } from './retention.js';
import { BASIC, DEFAULT_SDKS } from './sdks.js';
import { timeZone } from './time-zone.js';

/** Upper bounds keep a slip of the finger (60000 for 60) from loading a host for days. */
const seconds = (max: number) => z.number().positive().max(max);
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and dashes, e.g. "local"');

export const MAX_NODES = 7;

const params = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** One fault of a timeline. */
const faultEntry = z.strictObject({
  /** Absent: that of its fault, numbered from the second on. */
  name: name.optional(),
  fault: z.string(),
  target: z.string().min(1),
  params: params.default({}),
  /** Seconds from the first inject; with `after`, from the end of that entry. */
  at: z.number().min(0).max(3600).default(0),
  /** Absent: `timing.fault_window_seconds`. */
  for: seconds(3600).optional(),
  after: name.optional(),
});

const scenarioKeys = z.strictObject({
  name,
  fault: z.string().optional(),
  target: z.string().min(1).optional(),
  params: params.default({}),
  /** Several faults, instead of `fault`, `target` and `params`. */
  faults: z.array(faultEntry).min(1).max(20).optional(),
  core: z.boolean().default(false),
  priority: z.string().regex(/^P\d$/, 'expected P0, P1, …').default('P1'),
  /** What its clients do; each workload with a fault of its own. Absent: `sdk_clients.workload`. */
  workloads: z.array(name).min(1).optional(),
});

const scenario = scenarioKeys.superRefine(({ fault, target, params: given, faults }, context) => {
  const say = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
  if (faults === undefined) {
    if (fault === undefined) say('fault', 'expected text (or faults, a timeline of several), got nothing');
    if (target === undefined) say('target', 'expected text, got nothing');
    return;
  }
  const beside = { fault, target, params: Object.keys(given).length === 0 ? undefined : given };
  for (const [key, value] of Object.entries(beside))
    if (value !== undefined) say(key, 'expected nothing beside faults: each entry has its own');
});

const cluster = z.strictObject({
  name: name.default('local'),
  driver: z.string().default('nats'),
  nodes: z.number().int().min(1).max(MAX_NODES).default(3),
  /** `namespaces`: each broker in a network namespace of its own, with a real interface; needs root. */
  network: z.enum(['proxies', 'namespaces']).default('proxies'),
  /** Of driver robustmq: the broker's program, absolute or relative to `project_root`. */
  binary: filePath.optional(),
  /** Of driver robustmq: a release or source tree; relative to the config file. Absent: ROBUSTMQ_HOME. */
  project_root: filePath.optional(),
  /** Of driver robustmq: program and arguments (no shell) that bring a newer broker before each round; runs in the folder of this file. */
  update: z.array(z.string().min(1)).min(1).optional(),
  /** An update that takes longer is ended, and the broker of before is used. */
  update_limit_minutes: z.number().positive().max(1440).default(60),
});

const load = z.strictObject({
  messages: z.number().int().min(1).max(100_000).default(1000),
  rate_per_second: z.number().positive().max(5000).default(50),
  payload_bytes: z.number().int().min(1).max(65_536).default(256),
  subscriber_session: z.enum(subscriberSessions).default('persistent'),
});

const timing = z.strictObject({
  heal_wait_seconds: seconds(3600).default(60),
  fault_window_seconds: seconds(3600).default(30),
  /** A fault that nobody renews ends this long after its window. */
  fault_grace_seconds: seconds(600).default(30),
  lead_in_seconds: seconds(60).default(3),
  observe_budget_seconds: seconds(600).default(25),
  recovery_budget_seconds: seconds(3600).default(60),
  client_limit_seconds: seconds(7200).default(120),
  lease_seconds: seconds(86_400).default(600),
});

const verdict = z.strictObject({
  p99_limit_ms: z.number().positive().default(500),
  lateness_limit_ms: z.number().positive().default(50),
  achieved_rate_min: z.number().min(0).max(1).default(0.99),
  non_core_pass_rate_percent: z.number().min(0).max(100).default(75),
  durability: z.enum(['warn', 'fail']).default('warn'),
  control: z.enum(['warn', 'fail']).default('warn'),
  /** Guarantees of MQTT whose violation fails; those of the others are warnings. */
  guarantees: z
    .array(
      z.enum(GUARANTEE_NAMES, {
        error: ({ input }) => `expected some of ${GUARANTEE_NAMES.join(', ')}, got ${shown(input)}`,
      }),
    )
    .default([...DEFAULT_GUARANTEES]),
});

const sdkClients = z.strictObject({
  /** Folder with one folder per SDK; relative to the config file. Absent: the clients that come with the program. */
  folder: filePath.optional(),
  workload: name.default(BASIC),
  /** How many messages each client of the folder sends, for clients that do not read MESSAGE_COUNT. Goes before `load.messages`. */
  messages: z.number().int().min(1).max(100_000).optional(),
  /** Connections of each client with workload `crowd`. Absent: as many as the client makes by itself. */
  connections: z.number().int().min(1).max(20_000).optional(),
});

const schedule = z.strictObject({
  /** Five fields, in `time_zone`. */
  cron: cron.default('0 */4 * * *'),
  /** Instead of `cron`: a round this often, for rehearsals. */
  every_seconds: z.number().int().min(5).max(86_400).optional(),
  /** Ticks that fell into an outage of the server are made up for if they are no older than this. */
  catch_up_seconds: z.number().int().min(10).max(86_400).default(600),
});

const logs = z.strictObject({
  /** Parts of log lines that must never appear. */
  never: z.array(z.string().min(1)).default(['panic:', 'fatal error:', 'SIGSEGV', 'corrupt', 'Corrupt']),
  /** Parts of warnings and errors that are usual near a kill or a start: shown apart. */
  benign: z.array(z.string().min(1)).default([]),
});

/** The whole config file. Defaults stand here, and in what is imported here, and nowhere else. */
export const configSchema = z.strictObject({
  cluster: cluster.prefault({}),
  host: z.strictObject({ id: name.default('local') }).prefault({}),
  /** `metrics`: where the worker serves `/metrics` for Prometheus; absent: nowhere. */
  worker: z.strictObject({ metrics: listenAddress.optional() }).prefault({}),
  /** Runs, cluster states and the embedded server's database; relative to the config file. */
  data_dir: filePath.default('../data'),
  time_zone: timeZone.default('UTC'),
  sdks: z
    .array(name)
    .min(1)
    .default([...DEFAULT_SDKS]),
  sdk_clients: sdkClients.prefault({}),
  load: load.prefault({}),
  timing: timing.prefault({}),
  verdict: verdict.prefault({}),
  logs: logs.prefault({}),
  schedule: schedule.prefault({}),
  publish: publish.prefault({}),
  notify: notify.prefault({}),
  retention: retention.prefault({}),
  scenarios: z.array(scenario).min(1),
  known,
});

/** The parts that name things elsewhere, each as far as it can be read by itself: a problem in one part hides none in another. */
export const namingParts = z
  .object({
    cluster: cluster.prefault({}).optional().catch(undefined),
    scenarios: z.array(scenario.optional().catch(undefined)).catch([]),
    sdks: z.array(name).catch([]),
    sdk_clients: z
      .object({ folder: z.unknown(), workload: name.catch(BASIC) })
      .partial()
      .catch({}),
    known: namingKnown,
  })
  .catch({ cluster: undefined, scenarios: [], sdks: [], sdk_clients: {}, known: [] });

export type NamingParts = z.infer<typeof namingParts>;
export type ConfigFile = z.infer<typeof configSchema>;
