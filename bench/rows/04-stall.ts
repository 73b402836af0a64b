import { percentile } from '../../src/domain/ledger.js';
import { sleepMs } from '../../src/host/os/clock.js';
import type { Behaviour } from '../../testing/truth/behaviour.js';
import { withTruthBroker, type TruthBroker } from '../../testing/truth/broker.js';
import { measure, type MeasuredRun } from '../../testing/truth/client.js';
import { closedLoop } from '../peers/closed-loop.js';
import { findTool, runBenchmark, runStresser, type BenchmarkFigures, type Tool } from '../peers/tools.js';
import { median, msText, table, type Context, type Row } from '../row.js';
import { brokerLatencyMs } from './02-percentiles.js';

const REPEATS_IN_FULL = 5;
const [SECONDS, RATE, STALL_AFTER_MS, STALL_MS] = [20, 50, 6000, 5000] as const;
/** Of every topic: this message is acknowledged and dropped, and the next one delivered twice. */
const DROPPED = 7;

interface Peers {
  readonly benchmark: Tool;
  readonly stresser: Tool;
}

interface Everyone {
  readonly ours: readonly MeasuredRun[];
  readonly trueP99Ms: readonly number[];
  readonly closedMs: readonly number[];
  readonly benchmark: BenchmarkFigures | undefined;
  readonly stresser: readonly string[] | undefined;
}

const topicOf = (sdk: string): string => `stall/${sdk}`;

/** Our clients, a closed loop and two tools at the same time on the same broker, while `meanwhile` happens to it. */
async function everyone(
  { folder, sdks, clients }: Context,
  peers: Peers,
  behaviour: Behaviour,
  meanwhile: (broker: TruthBroker) => Promise<void>,
): Promise<Everyone> {
  return withTruthBroker(behaviour, async (broker) => {
    const { endpoint, truth } = broker;
    const load = { MESSAGE_COUNT: String(SECONDS * RATE), MESSAGE_RATE: String(RATE) };
    const [ours, closed, benchmark, stresser] = await Promise.all([
      Promise.all(
        sdks.map((sdk) =>
          measure(sdk, { endpoint, folder, environment: { ...load, TOPIC: topicOf(sdk) }, root: clients }),
        ),
      ),
      closedLoop(endpoint, 'stall/closed-loop', SECONDS * 1000, 1000 / RATE),
      'path' in peers.benchmark ? runBenchmark(peers.benchmark.path, endpoint, SECONDS) : undefined,
      'path' in peers.stresser ? runStresser(peers.stresser.path, endpoint, SECONDS) : undefined,
      meanwhile(broker),
    ]);
    const trueP99Ms = sdks.map((sdk) => brokerLatencyMs(truth, topicOf(sdk), 99));
    return { ours, trueP99Ms, closedMs: closed.map((us) => us / 1000), benchmark, stresser };
  });
}

const p99 = (values: readonly number[]): number => percentile(values, 99) ?? NaN;

const benchmarkText = (found: BenchmarkFigures | undefined): string =>
  found === undefined
    ? 'not run'
    : `min ${msText(found.msg_time_min)}, mean ${msText(found.msg_time_mean_avg)}, std ${msText(found.msg_time_mean_std)}, max ${msText(found.msg_time_max)}; ratio ${found.ratio}`;

const absent = (peers: Peers): string[] =>
  Object.values(peers).flatMap((tool: Tool) => ('missing' in tool ? [`Not there: ${tool.missing}`] : []));

function detailOf(context: Context, peers: Peers, stalled: Everyone, dropped: Everyone): string[] {
  const own = (sdk: string, i: number): string[] => {
    const [a, b] = [stalled.ours[i]?.result, dropped.ours[i]?.result];
    const truth = stalled.trueP99Ms[i] ?? NaN;
    return [
      sdk,
      `p99 ${msText(a?.p99_ms ?? NaN)} (truth ${msText(truth)})`,
      `lost ${b?.lost ?? '?'}: ${JSON.stringify(b?.lost_seqs)}`,
    ];
  };
  const naive = dropped.ours.map(({ result }) => result.naive_lost);
  const closed = `p99 ${msText(p99(stalled.closedMs))}, max ${msText(Math.max(...stalled.closedMs))}`;
  return [
    `One run each: who says what of one stall of ${STALL_MS / 1000} s, and of one message that was acknowledged and dropped while its neighbour came twice.`,
    table(
      ['who', `stall of ${STALL_MS / 1000} s`, `message ${DROPPED} lost, ${DROPPED + 1} twice`],
      [
        ...context.sdks.map(own),
        ['naive: sent − received', '', `lost ${naive.join(', ')}`],
        ['a closed loop', closed, 'cannot see it'],
        ['mqtt-benchmark', benchmarkText(stalled.benchmark), benchmarkText(dropped.benchmark)],
        [
          'mqtt-stresser',
          stalled.stresser?.map((line) => line.trim()).join('; ') ?? 'not run',
          dropped.stresser?.map((line) => line.trim()).join('; ') ?? 'not run',
        ],
      ],
    ),
    ...absent(peers),
  ];
}

/** An outage, as seen by who keeps to his plan and by who waits for it to end. */
export const stall: Row = {
  id: 4,
  figure:
    'p99 that ours sees in a 5-second stall ÷ what a closed-loop client sees, same run; beside it what others print',
  target: '≥ 100',
  run: async (context) => {
    const rounds = context.repeats ?? REPEATS_IN_FULL;
    const peers: Peers = { benchmark: await findTool('mqtt-benchmark'), stresser: await findTool('mqtt-stresser') };
    const stalls: Everyone[] = [];
    for (let repeat = 1; repeat <= rounds; repeat += 1) {
      context.say(`stall, repeat ${repeat} of ${rounds}`);
      stalls.push(
        await everyone(context, peers, {}, async (broker) => {
          await sleepMs(STALL_AFTER_MS);
          broker.stall(STALL_MS);
        }),
      );
    }
    context.say('one planted loss, and a duplicate beside it');
    const treat: Behaviour['treat'] = ({ seq }) =>
      seq === DROPPED ? { copies: 0 } : seq === DROPPED + 1 ? { copies: 2 } : undefined;
    const dropped = await everyone(context, peers, { treat }, async () => undefined);
    const ratios = context.sdks.map((sdk, i) => ({
      sdk,
      ratios: stalls.map(({ ours, closedMs }) => (ours[i]?.result.p99_ms ?? NaN) / p99(closedMs)),
    }));
    const worst = Math.min(...ratios.flatMap((one) => one.ratios));
    return {
      reached: worst >= 100,
      value:
        ratios.map((one) => `${one.sdk} ${median(one.ratios).toFixed(0)} ×`).join(', ') +
        `; the least ${worst.toFixed(0)} ×`,
      detail: detailOf(context, peers, stalls[0] as Everyone, dropped),
      data: {
        ratios,
        stalls: stalls.map(({ ours, trueP99Ms, closedMs, benchmark, stresser }) => ({
          ...{
            p99Ms: ours.map(({ result }) => result.p99_ms),
            trueP99Ms,
            closedP99Ms: p99(closedMs),
            benchmark,
            stresser,
          },
        })),
        dropped: {
          lost: dropped.ours.map(({ result }) => result.lost_seqs),
          benchmark: dropped.benchmark,
          stresser: dropped.stresser,
        },
      },
    };
  },
};
