import { startTestCluster } from '../../testing/nats-cluster.js';
import { measure, type MeasuredRun } from '../../testing/truth/client.js';
import { median, table, type Context, type Row } from '../row.js';

const REPEATS_IN_FULL = 5;
const [COUNT, RATE] = [1000, 50] as const;

type Settings = Awaited<ReturnType<typeof startTestCluster>>['settings'];

/** All clients at once on a healthy cluster, each publishing to the same node and subscribed at the next one. */
export async function healthyRuns(context: Context, settings: Settings, label: string): Promise<MeasuredRun[]> {
  const { folder, sdks, clients } = context;
  const { endpoints, username, password } = settings;
  return Promise.all(
    sdks.map((sdk) => {
      const environment = {
        ...{ MQTT_USERNAME: username, MQTT_PASSWORD: password, CLUSTER_ENDPOINTS: endpoints.join(',') },
        ...{ MESSAGE_COUNT: String(COUNT), MESSAGE_RATE: String(RATE), TOPIC: `${label}/${sdk}` },
      };
      return measure(sdk, { endpoint: endpoints[0] ?? '', folder, environment, root: clients });
    }),
  );
}

const countsOf = ({ result }: MeasuredRun): string => {
  const { planned, sent, acked, received, lost, recovered, unconfirmed, unsent, duplicates } = result;
  return JSON.stringify({ planned, sent, acked, received, lost, recovered, unconfirmed, unsent, duplicates });
};

/** Four languages have to say the same of the same cluster, or a difference between SDKs says nothing about the broker. */
export const sameness: Row = {
  id: 8,
  figure: 'the four SDKs on the same healthy cluster: p50 within 2 ×, p99 within 3 × of the fastest, counts identical',
  target: 'yes',
  run: async (context) => {
    const rounds = context.repeats ?? REPEATS_IN_FULL;
    const repeats: MeasuredRun[][] = [];
    const cluster = await startTestCluster(context.folder);
    try {
      for (let repeat = 1; repeat <= rounds; repeat += 1) {
        context.say(`repeat ${repeat} of ${rounds}`);
        repeats.push(await healthyRuns(context, cluster.settings, `sameness/${repeat}`));
      }
    } finally {
      await cluster.stop();
    }
    const figures = context.sdks.map((sdk, i) => {
      const results = repeats.map((runs) => runs[i]?.result);
      const of = (name: 'p50_ms' | 'p99_ms'): number[] => results.map((result) => result?.[name] ?? NaN);
      return { sdk, p50: of('p50_ms'), p99: of('p99_ms') };
    });
    /** Medians of the repeats, as multiples of the least. */
    const spread = (name: 'p50' | 'p99'): number => {
      const medians = figures.map((one) => median(one[name]));
      return Math.max(...medians) / Math.min(...medians);
    };
    const distinct = new Set(repeats.flat().map(countsOf));
    const [p50, p99] = [spread('p50'), spread('p99')];
    return {
      reached: p50 <= 2 && p99 <= 3 && distinct.size === 1,
      value: `p50 within ${p50.toFixed(2)} ×, p99 within ${p99.toFixed(2)} ×, counts ${distinct.size === 1 ? 'identical' : 'different'}`,
      detail: [
        table(
          ['SDK', 'p50 ms, median (worst)', 'p99 ms, median (worst)'],
          figures.map(({ sdk, ...own }) => [
            sdk,
            ...[own.p50, own.p99].map((all) => `${median(all).toFixed(2)} (${Math.max(...all).toFixed(2)})`),
          ]),
        ),
        `${repeats.length} repeats of ${COUNT} messages at ${RATE}/s, all clients at once. Counts: ${[...distinct].join(' and ')}.`,
      ],
      data: { figures, counts: [...distinct] },
    };
  },
};
