import { describe, expect, it, vi } from 'vitest';
import { clientFolder } from '../../testing/client-folder.js';
import { withReusingBroker } from '../../testing/reusing-broker.js';
import { startClient, versionsOf } from '../../testing/sdk-client.js';
import { scriptFor, sdksWith } from '../../testing/workload-run.js';

vi.setConfig({ maxConcurrency: 8 });

const folder = clientFolder('reused-ids');

/** The libraries that end the connection, and their words for it. The next one has to be let go on. */
const HANGS_UP: Readonly<Record<string, string>> = {
  java: 'QoS 1 PUBLISH must not carry the same packet identifier as a QoS 2 PUBLISH',
};

describe.concurrent.each(sdksWith('failover'))('the %s client', (sdk) => {
  it.each(versionsOf(sdk))(
    'gets everything from a broker that gives a message the packet id of one of QoS 2 that is not released yet (MQTT %s)',
    async (version) => {
      await withReusingBroker(async ({ endpoint, connects, reused }) => {
        const client = startClient(scriptFor(sdk, 'failover'), folder, {
          ...{ CLUSTER_ENDPOINT: endpoint, MQTT_VERSION: version, MESSAGE_COUNT: '20', MESSAGE_RATE: '100' },
          ...{ MOVE_EVERY_MS: '3600000', DRAIN_MAX_MS: '8000' },
        });
        const run = await client.ended;
        const line = JSON.parse(run.lines.at(-1) ?? 'null') as Record<string, unknown>;
        expect(run.status, run.lines.at(-1)).toBe(0);
        expect(line).toMatchObject({ planned: 20, acked: 20, received: 20, lost: 0 });
        const ends = HANGS_UP[sdk] === undefined ? 0 : 1;
        expect(reused()).toBe(1 + ends);
        expect(connects()).toBe(2 + ends);
        expect(String(line['errors'])).toContain(HANGS_UP[sdk] ?? '');
      });
    },
  );
});
