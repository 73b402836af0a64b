import { describe, expect, it, vi } from 'vitest';
import type { Behaviour } from '../../testing/truth/behaviour.js';
import { againstScript } from '../../testing/truth/against-script.js';
import { withTruthBroker } from '../../testing/truth/broker.js';
import { measure } from '../../testing/truth/client.js';
import { messagesOf } from '../../testing/truth/truth.js';
import { percentile } from '../../src/domain/ledger.js';
import { randomFrom } from '../../testing/ledger-histories.js';
import { clientFolder } from '../../testing/client-folder.js';
import { sdkNames } from '../../testing/sdk-client.js';

// Rows 1 and 2 of bench/README.md in short; row 7 is in test/e2e/broker-alarms.test.ts.
vi.setConfig({ maxConcurrency: 8 });

const folder = clientFolder('truth');

describe.concurrent.each(sdkNames)('the %s client, against a broker that lies and knows it', (sdk) => {
  it('has every message in the class, and every figure as, the broker itself has it', async () => {
    const options = { count: 1500, ratePerSecond: 250, rareTimes: 1, seed: 2, folder };
    const { comparison, neglected, run } = await againstScript(sdk, options);
    expect(neglected, 'given up, or not waited for').toEqual([]);
    expect(comparison).toMatchObject({ messages: 1500, misclassified: [], figures: [] });
    // Else nothing was planted, and nothing found.
    for (const name of ['ok', 'lost', 'recovered', 'unconfirmed'] as const) expect(comparison.classes[name]).toBeGreaterThan(0);
    expect(run.status).toBe(1);
  });

  it('measures between the stamps of the broker: delivered before received before acknowledged to it', async () => {
    const random = randomFrom(3);
    const delays = Array.from({ length: 200 }, () => Math.floor(random() * 600));
    const treat: Behaviour['treat'] = ({ seq, nth }) => ({
      deliverAfterMs: delays[seq] ?? 0,
      ...(seq === 60 && nth === 1 && { stallMs: 1000 }),
    });
    const topic = `stamps/${sdk}`;
    await withTruthBroker({ treat }, async ({ endpoint, truth }) => {
      const environment = { MESSAGE_COUNT: '200', MESSAGE_RATE: '100', TOPIC: topic };
      const { result, ledger, run } = await measure(sdk, { endpoint, folder, environment });
      expect(run.status).toBe(0);
      const own = messagesOf(truth, topic);
      const [delivered, settled]: number[][] = [[], []];
      for (const { seq, intended_us, sent_us, ack_us, recv_us } of ledger.messages) {
        const { arrivalsUs, pubacksUs, deliveries } = own.get(seq)!;
        const [first] = deliveries;
        expect(sent_us).toBeLessThanOrEqual(arrivalsUs[0]!);
        expect(ack_us).toBeGreaterThanOrEqual(pubacksUs[0]!);
        expect(recv_us).toBeGreaterThanOrEqual(first!.atUs);
        delivered!.push(first!.atUs - intended_us);
        settled!.push(first!.pubackUs! - intended_us);
      }
      // No clock of the machine in this: whatever holds the client up holds up its acknowledgement to the broker, too.
      for (const [p, got] of [
        [50, result.p50_ms],
        [99, result.p99_ms],
      ] as const) {
        const [earliest, latest] = [percentile(delivered!, p)! / 1000, percentile(settled!, p)! / 1000];
        expect(got, `p${p}`).toBeGreaterThanOrEqual(earliest * 0.998);
        expect(got, `p${p}`).toBeLessThanOrEqual(latest + Math.max(2, latest * 0.05));
      }
      // The stall is in it: whoever was due in that second waited for the rest of it.
      expect(result.max_ms).toBeGreaterThan(900);
    });
  });
});
