import { withTruthBroker } from '../../testing/truth/broker.js';
import { measure } from '../../testing/truth/client.js';
import { median, table, type Context, type Row } from '../row.js';

const REPEATS_IN_FULL = 5;
const RATES = [250, 500, 1000, 2000, 3000, 4000, 6000, 8000, 12_000] as const;
const SECONDS = 4;
const LATENESS_LIMIT_MS = 20;

const targetOf = (sdk: string): number => (sdk === 'python' ? 1000 : 2000);

/** True where the generator kept to its plan at this rate, and every message arrived. */
async function keepsUp({ folder, clients }: Context, sdk: string, rate: number): Promise<boolean> {
  const count = rate * SECONDS;
  const environment = { MESSAGE_COUNT: String(count), MESSAGE_RATE: String(rate), TOPIC: `capacity/${sdk}` };
  return withTruthBroker({}, async ({ endpoint }) => {
    const { result } = await measure(sdk, { endpoint, folder, environment, root: clients });
    const whole = result.acked === count && result.received === count;
    return whole && (result.lateness_p99_ms ?? Infinity) <= LATENESS_LIMIT_MS;
  });
}

/** The highest rate of the ladder before the first that is too high. */
async function capacity(context: Context, sdk: string): Promise<number> {
  let reached = 0;
  for (const rate of RATES) {
    if (!(await keepsUp(context, sdk, rate))) break;
    reached = rate;
  }
  return reached;
}

/** How far the clients are from their own limits at the 50 messages a second of a round. */
export const capacities: Row = {
  id: 10,
  figure: 'capacity of one client, open loop, before its lateness exceeds 20 ms, against the truth server',
  target: '≥ 2,000 messages/s (Python: 1,000)',
  run: async (context) => {
    const rounds = context.repeats ?? REPEATS_IN_FULL;
    const figures: { sdk: string; rates: number[] }[] = [];
    for (const sdk of context.sdks) {
      const rates: number[] = [];
      for (let repeat = 1; repeat <= rounds; repeat += 1) {
        context.say(`${sdk}, repeat ${repeat} of ${rounds}`);
        rates.push(await capacity(context, sdk));
      }
      figures.push({ sdk, rates });
    }
    return {
      reached: figures.every(({ sdk, rates }) => median(rates) >= targetOf(sdk)),
      value: figures.map(({ sdk, rates }) => `${sdk} ${median(rates)}`).join(', ') + ' messages/s',
      detail: [
        table(
          ['SDK', 'messages/s, median', 'worst', 'of'],
          figures.map(({ sdk, rates }) => [sdk, String(median(rates)), String(Math.min(...rates)), rates.join(', ')]),
        ),
        `The highest of ${RATES.join(', ')} at which ${SECONDS} s of messages all arrive and the generator's p99 lateness is at most ${LATENESS_LIMIT_MS} ms. The broker, in Node.js, shares the machine.`,
      ],
      data: { figures },
    };
  },
};
