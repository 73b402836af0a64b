import { monotonicUs, sleepMs } from '../../src/host/os/clock.js';
import { cpuTicksOf, identify } from '../../src/host/os/processes.js';
import { startTestCluster } from '../../testing/nats-cluster.js';
import type { RunningClient } from '../../testing/sdk-client.js';
import { measure } from '../../testing/truth/client.js';
import { median, table, type Context, type Row } from '../row.js';

const REPEATS_IN_FULL = 5;
const [COUNT, RATE] = [500, 50] as const;
const LOOK_EVERY_MS = 50;
/** The kernel's unit in /proc/<pid>/stat, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const LATENESS_LIMIT_MS = 20;

const limitOf = (sdk: string): number => (sdk === 'java' ? 40 : 25);

/** User and system time of a process so far, in seconds; undefined once it is gone. */
const cpuSeconds = (pid: number): number | undefined =>
  identify(pid) === undefined ? undefined : cpuTicksOf(pid).ownTicks / TICKS_PER_SECOND;

interface Cost {
  readonly sdk: string;
  readonly corePercent: number;
  readonly latenessMs: number;
}

/** Share of one core from ready to the last look before the end. */
async function watch(client: RunningClient): Promise<number> {
  await client.ready;
  const [startedUs, before] = [monotonicUs(), cpuSeconds(client.pid) ?? NaN];
  let share = NaN;
  while (!client.hasEnded()) {
    const used = cpuSeconds(client.pid);
    if (used !== undefined) share = ((used - before) * 1e6) / (monotonicUs() - startedUs);
    await sleepMs(LOOK_EVERY_MS);
  }
  return share * 100;
}

async function costs(context: Context, endpoints: readonly string[], login: Record<string, string>): Promise<Cost[]> {
  const { folder, sdks, clients } = context;
  const topic = `cost/${monotonicUs()}`;
  return Promise.all(
    sdks.map(async (sdk) => {
      let corePercent = NaN;
      const environment = {
        ...{ ...login, CLUSTER_ENDPOINTS: endpoints.join(',') },
        ...{ MESSAGE_COUNT: String(COUNT), MESSAGE_RATE: String(RATE), TOPIC: `${topic}/${sdk}` },
      };
      const { result } = await measure(sdk, {
        ...{ endpoint: endpoints[0] ?? '', folder, environment, root: clients },
        meanwhile: async (client) => void (corePercent = await watch(client)),
      });
      return { sdk, corePercent, latenessMs: result.lateness_p99_ms ?? NaN };
    }),
  );
}

/** What a client costs beside the brokers that it measures. */
export const cost: Row = {
  id: 9,
  figure: 'CPU of one client at 50 messages/s; generator lateness with brokers on the same cores',
  target: '≤ 25 % of a core (the JVM: ≤ 40 %), lateness p99 ≤ 20 ms',
  run: async (context) => {
    const rounds = context.repeats ?? REPEATS_IN_FULL;
    const found: Cost[] = [];
    const cluster = await startTestCluster(context.folder);
    const { endpoints, username, password } = cluster.settings;
    try {
      for (let repeat = 1; repeat <= rounds; repeat += 1) {
        context.say(`repeat ${repeat} of ${rounds}`);
        found.push(...(await costs(context, endpoints, { MQTT_USERNAME: username, MQTT_PASSWORD: password })));
      }
    } finally {
      await cluster.stop();
    }
    const figures = context.sdks.map((sdk) => {
      const own = found.filter((one) => one.sdk === sdk);
      const [core, lateness] = [own.map((one) => one.corePercent), own.map((one) => one.latenessMs)];
      return { sdk, core, lateness, reached: median(core) <= limitOf(sdk) && median(lateness) <= LATENESS_LIMIT_MS };
    });
    return {
      reached: figures.every(({ reached }) => reached),
      value: figures
        .map(({ sdk, core, lateness }) => `${sdk} ${median(core).toFixed(1)} %, ${median(lateness).toFixed(1)} ms`)
        .join('; '),
      detail: [
        table(
          ['SDK', '% of a core, median (worst)', 'lateness p99 ms, median (worst)'],
          figures.map(({ sdk, core, lateness }) => [
            sdk,
            `${median(core).toFixed(1)} (${Math.max(...core).toFixed(1)})`,
            `${median(lateness).toFixed(2)} (${Math.max(...lateness).toFixed(2)})`,
          ]),
        ),
        `All clients at once with three brokers, ${rounds} repeats of ${COUNT} messages; from ready to the end.`,
      ],
      data: { figures },
    };
  },
};
