import { startTestCluster } from '../../testing/nats-cluster.js';
import { loseStored } from '../../testing/rounds/sabotage.js';
import { measure } from '../../testing/truth/client.js';
import { table, type Context, type Row } from '../row.js';
import { join } from 'node:path';

const REPEATS_IN_FULL = 10;
const [COUNT, RATE, DESTROYED] = [500, 50, 50] as const;

interface Loss {
  readonly sdk: string;
  readonly destroyed: readonly number[];
  readonly lost: readonly number[];
  readonly acked: number;
}

const isExact = ({ destroyed, lost }: Loss): boolean =>
  destroyed.length === DESTROYED && JSON.stringify(lost) === JSON.stringify([...destroyed].sort((a, b) => a - b));

type Settings = Awaited<ReturnType<typeof startTestCluster>>['settings'];

/** All clients at once; each has its messages held back, acknowledged, and then deleted by the broker. */
async function loseOnce({ folder, sdks, clients }: Context, settings: Settings, repeat: number): Promise<Loss[]> {
  const clusterDir = join(folder, 'cluster');
  const topicOf = (sdk: string): string => `losses/${repeat}/${sdk}`;
  const destroyed = new Map<string, number[]>();
  const { endpoints, username, password, ackWaitMs } = settings;
  const runs = sdks.map((sdk) => {
    const topic = topicOf(sdk);
    const environment = {
      CLUSTER_ENDPOINTS: endpoints.join(','),
      MQTT_USERNAME: username,
      MQTT_PASSWORD: password,
      ACK_WAIT_MS: String(ackWaitMs),
      MESSAGE_COUNT: String(COUNT),
      MESSAGE_RATE: String(RATE),
      TOPIC: topic,
    };
    return measure(sdk, {
      ...{ endpoint: endpoints[0] ?? '', folder, environment, root: clients },
      meanwhile: async (client) => {
        await client.ready;
        destroyed.set(sdk, await loseStored(clusterDir, topic, DESTROYED));
      },
    });
  });
  return (await Promise.all(runs)).map(({ sdk, result, ledger }) => ({
    sdk,
    destroyed: destroyed.get(sdk) ?? [],
    lost: ledger.messages.filter((m) => m.ack_us !== null && m.recv_us === null).map((m) => m.seq),
    acked: result.acked,
  }));
}

/** Messages that a real broker acknowledged and then lost, by their sequence numbers as its own stream had them. */
export const losses: Row = {
  id: 7,
  figure: "real losses (held back, acknowledged, purged from the broker's stream) seen",
  target: '10 of 10, each SDK, with exactly the right sequence numbers',
  run: async (context) => {
    const rounds = context.repeats ?? REPEATS_IN_FULL;
    const cluster = await startTestCluster(context.folder);
    const found: Loss[] = [];
    try {
      for (let repeat = 1; repeat <= rounds; repeat += 1) {
        context.say(`repeat ${repeat} of ${rounds}`);
        found.push(...(await loseOnce(context, cluster.settings, repeat)));
      }
    } finally {
      await cluster.stop();
    }
    const bySdk = context.sdks.map((sdk) => ({ sdk, own: found.filter((loss) => loss.sdk === sdk) }));
    const exact = bySdk.map(({ sdk, own }) => ({ sdk, exact: own.filter(isExact).length, of: own.length, own }));
    return {
      reached: exact.every((one) => one.exact === rounds),
      value: exact.map((one) => `${one.sdk} ${one.exact} of ${one.of}`).join(', '),
      detail: [
        table(
          ['SDK', 'exactly right', 'messages destroyed, all repeats', 'seen as lost'],
          exact.map(({ sdk, exact: right, of, own }) => [
            sdk,
            `${right} of ${of}`,
            String(own.reduce((sum, { destroyed }) => sum + destroyed.length, 0)),
            String(own.reduce((sum, { lost }) => sum + lost.length, 0)),
          ]),
        ),
      ],
      data: { losses: found.map(({ lost, destroyed, ...rest }) => ({ ...rest, destroyed, lost })) },
    };
  },
};
