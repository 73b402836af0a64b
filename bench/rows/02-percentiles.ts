import { percentile } from '../../src/domain/ledger.js';
import { measure } from '../truth/client.js';
import { withTruthBroker } from '../truth/broker.js';
import { messagesOf, type Truth } from '../truth/truth.js';
import { median, msText, table, type Context, type Row } from '../row.js';

const DELAYS_MS = [0, 20, 100, 600] as const;
const REPEATS = 5;
const [COUNT, RATE] = [500, 100] as const;

interface Sample {
  readonly sdk: string;
  readonly delayMs: number;
  readonly name: 'p50' | 'p99';
  readonly client: number;
  readonly broker: number;
}

/** Latencies as the broker stamped the same messages: first delivery minus the intended time in the payload. */
export function brokerLatencyMs(truth: Truth, topic: string, p: number): number {
  const latencies = [...messagesOf(truth, topic).values()].flatMap(({ deliveries, intendedUs }) =>
    deliveries[0] === undefined ? [] : [deliveries[0].atUs - intendedUs],
  );
  return (percentile(latencies, p) ?? NaN) / 1000;
}

const allowance = (broker: number): number => Math.max(2, broker * 0.05);
const difference = ({ client, broker }: Sample): number => Math.abs(client - broker);
const isRight = (sample: Sample): boolean => difference(sample) <= allowance(sample.broker);

async function sample({ folder, clients }: Context, sdk: string, delayMs: number): Promise<Sample[]> {
  const topic = `percentiles/${sdk}`;
  const environment = { MESSAGE_COUNT: String(COUNT), MESSAGE_RATE: String(RATE), TOPIC: topic };
  return withTruthBroker({ treat: () => ({ deliverAfterMs: delayMs }) }, async ({ endpoint, truth }) => {
    const { result } = await measure(sdk, { endpoint, folder, environment, root: clients });
    const of = (name: 'p50' | 'p99', client: number | null, p: number): Sample => ({
      ...{ sdk, delayMs, name, client: client ?? NaN },
      broker: brokerLatencyMs(truth, topic, p),
    });
    return [of('p50', result.p50_ms, 50), of('p99', result.p99_ms, 99)];
  });
}

/** One client at a time, against the stamps that the broker took as it wrote the same messages. */
export const percentiles: Row = {
  id: 2,
  figure:
    "p50 and p99 of the client against the lying broker's own stamps of the same messages, delays of 0, 20, 100, 600 ms",
  target: 'within max(2 ms, 5 %)',
  run: async (context) => {
    const samples: Sample[] = [];
    for (let repeat = 1; repeat <= REPEATS; repeat += 1) {
      for (const delayMs of DELAYS_MS) {
        context.say(`repeat ${repeat} of ${REPEATS}, ${delayMs} ms`);
        for (const sdk of context.sdks) samples.push(...(await sample(context, sdk, delayMs)));
      }
    }
    const wrong = samples.filter((one) => !isRight(one));
    const cell = (sdk: string, delayMs: number, name: 'p50' | 'p99'): string => {
      const own = samples.filter((one) => one.sdk === sdk && one.delayMs === delayMs && one.name === name);
      const differences = own.map(difference);
      return `${msText(median(own.map(({ broker }) => broker)))} ±${median(differences).toFixed(2)} (${Math.max(...differences).toFixed(2)})`;
    };
    const columns = DELAYS_MS.flatMap((delayMs) => (['p50', 'p99'] as const).map((name) => ({ delayMs, name })));
    const worst = Math.max(...samples.map((one) => difference(one) / allowance(one.broker)));
    return {
      reached: wrong.length === 0 && samples.length > 0,
      value: `${samples.length - wrong.length} of ${samples.length} within it; the worst at ${(worst * 100).toFixed(0)} % of what is allowed`,
      detail: [
        `The broker's own figure, ± the client's difference in ms: median (worst) of ${REPEATS}.`,
        table(
          ['SDK', ...columns.map(({ delayMs, name }) => `${delayMs} ms, ${name}`)],
          context.sdks.map((sdk) => [sdk, ...columns.map(({ delayMs, name }) => cell(sdk, delayMs, name))]),
        ),
      ],
      data: { samples },
    };
  },
};
