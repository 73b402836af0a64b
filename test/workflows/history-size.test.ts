import { afterAll, beforeAll, expect, it } from 'vitest';
import { GUARANTEE_NAMES } from '../../src/domain/guarantees/guarantee.js';
import type { FaultPeriodFigures } from '../../src/domain/ledger.js';
import type { Evidence } from '../../src/domain/fault-record.js';
import { MAX_BYTES, MAX_EVENTS } from '../../testing/history-limits.js';
import { outcome } from '../../testing/values.js';
import { allKept } from '../../testing/workflows/stub-host.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const sdks = ['python', 'go', 'rust', 'java'];
const nodes = ['n1', 'n2', 'n3'];

const evidence = (what: string): Evidence => ({
  what,
  expected: 'the process with pid 12345, started at tick 987654321, is gone',
  observed: 'no such process after 12 ms; the monitor port refuses connections',
  ok: true,
});

const fullResult = {
  planned: 1000,
  acked: 1000,
  recovered: 0,
  unsent: 0,
  naive_lost: 0,
  lost_seqs: [],
  duplicates: 0,
  unexpected: 0,
  inversions: 0,
  reconnects: 1,
  refused_acks: 0,
  p50_ms: 1.234,
  p90_ms: 2.345,
  p999_ms: 23.456,
  max_ms: 45.678,
  ack_p99_ms: 9.876,
  duration_seconds: 20.123,
  drain_ms: 12.3,
  publisher_endpoint: '127.0.0.1:21883',
  subscriber_endpoint: '127.0.0.1:21884',
  library: 'eclipse/paho.mqtt.golang 1.5.0',
};

const figures = (sdk: string): FaultPeriodFigures => ({
  sdk,
  planned: 1000,
  acked: 985,
  received: 984,
  longestNoAckMs: 2345.678,
  longestNoReceiptMs: 2456.789,
  ackedLost: 12,
  ackedLostSeqs: Array.from({ length: 12 }, (_, i) => 400 + i),
  lostByPeriod: (['before', 'during', 'after', 'heal wait'] as const).map((period) => ({ period, count: 3 })),
  unconfirmed: 15,
  duplicates: 3,
  p50Ms: 1.234,
  p99Ms: 2345.678,
  maxMs: 2456.789,
  disconnects: 2,
});

const figuresOfNodes = Object.fromEntries(
  nodes.flatMap((node) =>
    ['connections', 'in_msgs', 'out_msgs', 'mem_bytes', 'slow_consumers'].map((figure) => [`${node}.${figure}`, 12345]),
  ),
);

it('a full run with four SDKs and its three scenarios leave at most 500 events and 256 KiB in Temporal', async () => {
  const { handle, host } = await rig.startRun({
    plan: { sdks },
    instead: {
      collectClients: async () => allKept(sdks.map((sdk) => outcome({ sdk, result: fullResult }))),
      collectFaultPeriod: async ({ phase }) => ({
        figures: sdks.map(figures),
        violated: sdks.flatMap((sdk) =>
          GUARANTEE_NAMES.map((guarantee) => ({ guarantee, phase, sdk, violations: 12345 })),
        ),
        notes: [],
      }),
      takeSnapshot: async ({ label }) => ({
        label,
        at: '2026-11-22T00:00:00.000Z',
        file: `snapshots/${label}.json`,
        warnings: ['n2: no metrics: connect ECONNREFUSED 127.0.0.1:28222'],
        neverLines: [],
        newLogLines: 123,
        figures: figuresOfNodes,
      }),
      observeFault: async () => ({
        observed: true,
        bite: nodes.map((node) => evidence(`process of ${node}`)),
        leaders: nodes.map((group) => ({ group, from: 'n1', to: 'n2', seconds: 1.234, termFrom: 3, termTo: 4 })),
        error: null,
      }),
      recoverFault: async () => ({
        recoveredAt: '2026-11-22T00:00:02.000Z',
        recoveredUs: 2_000_000,
        recoveredBy: 'workflow',
        healed: nodes.map((node) => evidence(`${node} is back, healthy and current`)),
        died: [],
        error: null,
      }),
    },
  });
  expect(await handle.result()).toMatchObject({ headline: 'PASS' });
  const scenarios = host.plan.scenarios.map(({ name }) => rig.scenarioOf(handle, name));
  const sizes = await Promise.all([handle, ...scenarios].map((workflow) => workflow.describe()));
  const events = sizes.reduce((sum, { historyLength }) => sum + historyLength, 0);
  const bytes = sizes.reduce((sum, { historySize }) => sum + (historySize ?? 0), 0);
  expect(sizes).toHaveLength(4);
  expect(bytes).toBeGreaterThan(0);
  expect({ events: events <= MAX_EVENTS, bytes: bytes <= MAX_BYTES }, `${events} events, ${bytes} bytes`).toEqual({
    events: true,
    bytes: true,
  });
});
