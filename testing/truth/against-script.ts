import { randomFrom } from '../ledger-histories.js';
import { withTruthBroker } from './broker.js';
import { measure, type MeasuredRun } from './client.js';
import { compare, type Comparison } from './compare.js';
import { neglected, scriptFrom, scripted } from './script.js';
import { messagesOf } from './truth.js';

export interface ScriptedRun {
  readonly count: number;
  readonly ratePerSecond: number;
  /** How often each of the rare lies is told. */
  readonly rareTimes: number;
  readonly seed: number;
  readonly folder: string;
  readonly root?: string | undefined;
}

/** One client against the broker that tells it every lie there is, and the differences between what both wrote down. */
export function againstScript(
  sdk: string,
  options: ScriptedRun,
): Promise<MeasuredRun & { readonly comparison: Comparison; readonly neglected: readonly number[] }> {
  const { count, ratePerSecond, rareTimes, seed, folder, root } = options;
  const script = scriptFrom(randomFrom(seed), count, rareTimes);
  const topic = `truth/${sdk}`;
  return withTruthBroker(scripted(script), async ({ endpoint, truth }) => {
    const environment = {
      MESSAGE_COUNT: String(count),
      MESSAGE_RATE: String(ratePerSecond),
      CLIENT_ID: `truth-${sdk}`,
      TOPIC: topic,
      ACK_WAIT_MS: '1000',
    };
    const measured = await measure(sdk, { endpoint, folder, root, environment });
    const { header, messages } = measured.ledger;
    return {
      ...measured,
      comparison: compare(truth, topic, { endUs: header.end_us, messages }, measured.result),
      neglected: neglected(script, messagesOf(truth, topic), { planned: count, endUs: header.end_us }),
    };
  });
}
