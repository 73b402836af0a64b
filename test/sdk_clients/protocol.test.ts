import { describe, expect, it, vi } from 'vitest';
import { judgeScenario } from '../../src/domain/judge-scenario.js';
import { judgeSdk } from '../../src/domain/judge-sdk.js';
import { allArrived, runAgainst, type Outcome } from '../../testing/client-against-broker.js';
import type { Behaviour } from '../../testing/truth/behaviour.js';
import { clientFolder } from '../../testing/client-folder.js';
import { sdkNames, sdksThatSpeak } from '../../testing/sdk-client.js';
import { goodFault, outcome, rules } from '../../testing/values.js';

vi.setConfig({ maxConcurrency: 8 });

const folder = clientFolder('protocol');

const runIn = (behaviour: Behaviour, sdk: string, environment: Record<string, string> = {}): Promise<Outcome> =>
  runAgainst(behaviour, sdk, { folder, environment });

/** The libraries that hang up when a packet id is acknowledged that they have never used, and their words for it. */
const HANGS_UP: Readonly<Record<string, string>> = {
  rust: 'Received unsolicited ack pkid: 60000',
  java: 'PUBACK contained unknown packet identifier',
};

// A broker that breaks the protocol: it may confuse a library, and none of the clients may wait or connect for ever because of that.
describe.each(['3.1.1', '5'] as const)('by MQTT %s', (MQTT_VERSION) => {
  describe.concurrent.each(sdksThatSpeak(MQTT_VERSION))('the %s client', (sdk) => {
    it('counts what comes twice under one packet id, or again after a cut as if for the first time', async () => {
      const twice: Behaviour = {
        redeliversUnflagged: true,
        treat: ({ seq, nth }) => {
          if (seq === 7) return { copies: 2, sameId: true };
          return seq === 30 && nth === 1 ? { cut: 'subscriber-delivered' } : undefined;
        },
      };
      const { run, result, broker } = await runIn(twice, sdk, { MQTT_VERSION });
      expect(result).toMatchObject(allArrived);
      expect(run.status).toBe(0);
      expect(result.duplicates).toBeGreaterThanOrEqual(1);
      expect(broker.connects).toHaveLength(3);
      expect(result.errors.join()).toMatch(/^subscriber [^,]+$/);
    });

    it('names the acknowledgement of a packet id that it has never used, if its library hangs up', async () => {
      const stray: Behaviour = { treat: ({ seq, nth }) => ({ strayPuback: seq === 7 && nth === 1 }) };
      const { run, result } = await runIn(stray, sdk, { MQTT_VERSION });
      expect(result).toMatchObject(allArrived);
      expect(run.status).toBe(0);
      expect(result.reconnects).toBe(HANGS_UP[sdk] === undefined ? 0 : 1);
      expect(result.errors.join()).toContain(HANGS_UP[sdk] ?? '');
    });
  });
});

it('a broker that does so whenever a message comes fails the SDKs that hang up, and no client connects for ever', async () => {
  const stray: Behaviour = { treat: ({ seq }) => ({ strayPuback: seq >= 7 }) };
  const limits = { ...rules, p99LimitMs: 60_000, latenessLimitMs: 60_000, achievedRateMin: 0 };
  const environment = { DRAIN_MAX_MS: '3000' };
  const verdicts = await Promise.all(
    sdkNames.map(async (sdk) => {
      const { run, result, broker } = await runIn(stray, sdk, environment);
      expect(broker.connects.length, sdk).toBeLessThan(300);
      return judgeSdk(outcome({ sdk, end: { kind: 'exited', code: Number(run.status) }, result }), limits, 60);
    }),
  );
  const failed = verdicts.filter(({ passed }) => !passed).map(({ sdk }) => sdk);
  // HiveMQ's library gets through with what it sends again: it fails, or only takes longer.
  expect(failed.filter((sdk) => sdk !== 'java')).toEqual(['rust']);
  const verdict = judgeScenario({
    ...{ fault: goodFault, verdicts, rules, lostInFault: { count: 0, uncounted: [] }, deadNodes: [] },
    ...{ clusterEnded: null, brokersUnknown: null, equipmentDied: [] },
  });
  expect(verdict).toMatchObject({ passed: false, attribution: 'some-sdks' });
});
