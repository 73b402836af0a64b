import { judgeSdk } from '../../src/domain/judge-sdk.js';
import type { VerdictRules } from '../../src/domain/verdict.js';
import { withTruthBroker } from '../../testing/truth/broker.js';
import { measure } from '../../testing/truth/client.js';
import { table, type Context, type Row } from '../row.js';
import { brokerLatencyMs } from './02-percentiles.js';

const RUNS_IN_FULL = 20;
const [COUNT, RATE] = [200, 100] as const;
/** Three of a hundred come this late, all others at once: the second slowest of a hundred decides. */
const TRUE_P99_MS = [400, 600] as const;

/** The rules of config/default.yml. */
const rules: VerdictRules = {
  ...{ p99LimitMs: 500, latenessLimitMs: 50, achievedRateMin: 0.99 },
  ...{ nonCorePassRatePercent: 80, durability: 'warn' },
};

interface Judged {
  readonly sdk: string;
  readonly plannedMs: number;
  readonly trueP99Ms: number;
  readonly clientP99Ms: number | null;
  readonly status: string;
}

/** The truth decides what is right, not the plan: a broker on a busy machine may be later than it meant to be. */
const isRight = ({ trueP99Ms, status }: Judged): boolean =>
  status === (trueP99Ms < rules.p99LimitMs ? 'passed' : 'failed');

async function judge({ folder, clients }: Context, sdk: string, plannedMs: number): Promise<Judged> {
  const topic = `verdict/${sdk}`;
  const environment = { MESSAGE_COUNT: String(COUNT), MESSAGE_RATE: String(RATE), TOPIC: topic };
  const treat = ({ seq }: { seq: number }): { deliverAfterMs: number } => ({
    deliverAfterMs: seq % 100 < 3 ? plannedMs : 0,
  });
  return withTruthBroker({ treat }, async ({ endpoint, truth }) => {
    const { result, run } = await measure(sdk, { endpoint, folder, environment, root: clients });
    const end = { kind: 'exited', code: typeof run.status === 'number' ? run.status : 1 } as const;
    const outcome = { sdk, end, result, lineProblem: null, durationSeconds: run.seconds, attempt: 1 };
    const trueP99Ms = brokerLatencyMs(truth, topic, 99);
    return { sdk, plannedMs, trueP99Ms, clientP99Ms: result.p99_ms, status: judgeSdk(outcome, rules, COUNT).status };
  });
}

/** The verdict that a run's own judge gives, near its limit on both sides. */
export const verdicts: Row = {
  id: 3,
  figure: 'verdict at the 500 ms limit, true p99 400 and 600 ms',
  target: '20 of 20 right per SDK',
  run: async (context) => {
    const rounds = context.repeats ?? RUNS_IN_FULL;
    const found: Judged[] = [];
    for (let run = 0; run < rounds; run += 1) {
      const plannedMs = TRUE_P99_MS[run % 2] ?? 0;
      context.say(`run ${run + 1} of ${rounds}, ${plannedMs} ms`);
      found.push(...(await Promise.all(context.sdks.map((sdk) => judge(context, sdk, plannedMs)))));
    }
    const bySdk = context.sdks.map((sdk) => ({ sdk, own: found.filter((one) => one.sdk === sdk) }));
    const range = (values: readonly number[]): string =>
      `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}`;
    return {
      reached: found.length === rounds * context.sdks.length && found.every(isRight),
      value: bySdk.map(({ sdk, own }) => `${sdk} ${own.filter(isRight).length} of ${own.length}`).join(', '),
      detail: [
        table(
          ['SDK', 'passed', 'failed', 'other', ...TRUE_P99_MS.map((ms) => `true p99 where ${ms} ms was planned`)],
          bySdk.map(({ sdk, own }) => [
            sdk,
            ...['passed', 'failed'].map((status) => String(own.filter((one) => one.status === status).length)),
            own.flatMap(({ status }) => (['passed', 'failed'].includes(status) ? [] : [status])).join(', ') || '0',
            ...TRUE_P99_MS.map((ms) => range(own.filter((one) => one.plannedMs === ms).map((one) => one.trueP99Ms))),
          ]),
        ),
      ],
      data: { verdicts: found },
    };
  },
};
