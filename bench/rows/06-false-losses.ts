import { join } from 'node:path';
import { sleepMs } from '../../src/host/os/clock.js';
import { natsDriver } from '../../src/host/drivers/nats/index.js';
import { startTestCluster } from '../../testing/nats-cluster.js';
import { measure, type MeasuredRun } from '../../testing/truth/client.js';
import { harm, healthy } from '../../testing/healthy/harm.js';
import { median, table, type Context, type Row } from '../row.js';

const REPEATS_IN_FULL = 5;
const [COUNT, RATE, FAULT_AFTER_MS, HOLD_MS] = [1000, 50, 4000, 8000] as const;
const faults = ['SIGKILL', 'SIGTERM', 'SIGSTOP', 'step-down'] as const;
type Fault = (typeof faults)[number];

type Settings = Awaited<ReturnType<typeof startTestCluster>>['settings'];

/** All clients at once, spread over the nodes as in a round, and one fault in their middle. */
async function run(context: Context, settings: Settings, fault: Fault, repeat: number): Promise<MeasuredRun[]> {
  const { folder, sdks, clients } = context;
  const dir = join(folder, 'cluster');
  const { endpoints, username, password, ackWaitMs } = settings;
  const nodes = await natsDriver.nodes(dir);
  const victim = nodes[repeat % nodes.length]?.id ?? '';
  // Whoever steps down or dies has to lead something.
  await natsDriver.placeLeader(dir, victim);
  const ready: Promise<unknown>[] = [];
  const runs = sdks.map((sdk, i) => {
    const own = [...endpoints.slice(i % endpoints.length), ...endpoints.slice(0, i % endpoints.length)];
    const environment = {
      ...{ MQTT_USERNAME: username, MQTT_PASSWORD: password, CLUSTER_ENDPOINTS: own.join(',') },
      ...{ MESSAGE_COUNT: String(COUNT), MESSAGE_RATE: String(RATE), DRAIN_MAX_MS: '60000' },
      ...{ ACK_WAIT_MS: String(ackWaitMs), TOPIC: `false-losses/${fault}/${repeat}/${sdk}` },
    };
    return new Promise<MeasuredRun>((resolve, reject) => {
      const isReady = new Promise<void>((started) => {
        const meanwhile = async (client: { readonly ready: Promise<unknown> }): Promise<void> => {
          await client.ready;
          started();
        };
        measure(sdk, { endpoint: own[0] ?? '', folder, environment, root: clients, meanwhile }).then(resolve, reject);
      });
      ready.push(isReady);
    });
  });
  const all = Promise.all(runs);
  await Promise.race([Promise.all(ready), all]);
  await sleepMs(FAULT_AFTER_MS);
  const cluster = { dir, driver: natsDriver };
  await Promise.all([harm(cluster, fault, victim, HOLD_MS), all]);
  await healthy(cluster);
  return all;
}

/** Brokers die, stop and step down under four clients; a broker of three that keeps its disk loses nothing by that, so nothing may be reported. */
export const falseLosses: Row = {
  id: 6,
  figure:
    'false losses in 20 runs, 5 each of kill, SIGTERM, SIGSTOP, step-down, 4 SDKs at once, on the real `nats` cluster',
  target: '0',
  run: async (context) => {
    const rounds = context.repeats ?? REPEATS_IN_FULL;
    const found: { fault: Fault; repeat: number; runs: MeasuredRun[] }[] = [];
    const cluster = await startTestCluster(context.folder);
    try {
      for (const fault of faults) {
        for (let repeat = 1; repeat <= rounds; repeat += 1) {
          context.say(`${fault}, ${repeat} of ${rounds}`);
          found.push({ fault, repeat, runs: await run(context, cluster.settings, fault, repeat) });
        }
      }
    } finally {
      await cluster.stop();
    }
    const figures = found.flatMap(({ fault, repeat, runs }) =>
      runs.map(({ sdk, result: r }) => ({
        ...{ fault, repeat, sdk, lost: r.lost, lost_seqs: r.lost_seqs, unconfirmed: r.unconfirmed, acked: r.acked },
        ...{ naive: r.naive_lost, duplicates: r.duplicates, reconnects: r.reconnects, maxMs: r.max_ms ?? NaN },
      })),
    );
    const sum = (of: typeof figures, what: 'lost' | 'unconfirmed' | 'acked' | 'duplicates'): number =>
      of.reduce((total, one) => total + one[what], 0);
    const lost = sum(figures, 'lost');
    return {
      // What is given up although the broker is well again is not called lost, and is no less wrong.
      reached:
        lost + sum(figures, 'unconfirmed') === 0 && figures.length === faults.length * rounds * context.sdks.length,
      value: `${lost} lost and ${sum(figures, 'unconfirmed')} given up in ${found.length} runs, ${sum(figures, 'acked')} messages acknowledged`,
      detail: [
        table(
          ['fault', 'SDK', 'lost', 'unconfirmed', 'duplicates', 'longest wait, median (worst) of the runs'],
          faults.flatMap((fault) =>
            context.sdks.map((sdk) => {
              const own = figures.filter((one) => one.fault === fault && one.sdk === sdk);
              const waits = own.map(({ maxMs }) => maxMs / 1000);
              const counts = (['lost', 'unconfirmed', 'duplicates'] as const).map((what) => String(sum(own, what)));
              return [fault, sdk, ...counts, `${median(waits).toFixed(1)} s (${Math.max(...waits).toFixed(1)} s)`];
            }),
          ),
        ),
      ],
      data: { figures },
    };
  },
};
