import { connect } from '@nats-io/transport-node';
import { loadState, type NatsState } from '../../src/host/drivers/nats/state.js';
import { signalProcess } from '../../src/host/os/processes.js';

/** What a broker can do wrong, done to a real one behind the program's back. */

const STREAM = '$MQTT_msgs';

async function withBroker<T>(
  clusterDir: string,
  work: (ask: (subject: string, body: unknown) => Promise<Record<string, unknown>>) => Promise<T>,
): Promise<T> {
  const state = loadState(clusterDir);
  const nats = await connect({
    servers: `127.0.0.1:${state.nodes[0]!.natsPort}`,
    user: state.username,
    pass: state.password,
  });
  try {
    return await work(async (subject, body) => {
      const answer = (await nats.request(subject, JSON.stringify(body), { timeout: 10_000 })).json<
        Record<string, unknown>
      >();
      if (answer['error'] !== undefined) throw new Error(`${subject}: ${JSON.stringify(answer['error'])}`);
      return answer;
    });
  } finally {
    await nats.close();
  }
}

interface Consumer {
  readonly name: string;
  readonly config: { readonly filter_subject?: string };
}

/** JetStream's name of an MQTT topic. */
const subjectOf = (topic: string): string => `$MQTT.msgs.${topic.replaceAll('/', '.')}`;

/** Holds back everything that the broker has for the subscriber of this topic; its publisher is served as before. */
export const suspendDelivery = (clusterDir: string, topic: string): Promise<void> =>
  pauseConsumer(clusterDir, topic, { pause_until: new Date(Date.now() + 600_000).toISOString() });

export const resumeDelivery = (clusterDir: string, topic: string): Promise<void> =>
  pauseConsumer(clusterDir, topic, {});

const pauseConsumer = (clusterDir: string, topic: string, pause: object): Promise<void> =>
  withBroker(clusterDir, async (ask) => {
    const { consumers } = (await ask(`$JS.API.CONSUMER.LIST.${STREAM}`, {})) as unknown as { consumers: Consumer[] };
    const found = consumers.filter((consumer) => consumer.config.filter_subject === subjectOf(topic));
    if (found.length !== 1) throw new Error(`expected one consumer of ${subjectOf(topic)}, found ${found.length}`);
    await ask(`$JS.API.CONSUMER.PAUSE.${STREAM}.${found[0]!.name}`, pause);
  });

/** How many acknowledged messages of the topic wait in the broker's stream, undelivered. */
export const storedMessages = (clusterDir: string, topic: string): Promise<number> =>
  withBroker(clusterDir, async (ask) => {
    const { state } = (await ask(`$JS.API.STREAM.INFO.${STREAM}`, {
      subjects_filter: subjectOf(topic),
    })) as unknown as {
      state: { subjects?: Record<string, number> };
    };
    return state.subjects?.[subjectOf(topic)] ?? 0;
  });

/**
 * Throws away everything of a topic that the stream holds at one moment, and returns the `seq` of exactly those messages, read from the stream
 * itself before they go.
 */
export const destroyStored = (clusterDir: string, topic: string): Promise<number[]> =>
  withBroker(clusterDir, async (ask) => {
    const subject = subjectOf(topic);
    const seqs: number[] = [];
    let next = 1;
    for (;;) {
      const got = await ask(`$JS.API.STREAM.MSG.GET.${STREAM}`, { seq: next, next_by_subj: subject }).catch(
        () => undefined,
      );
      if (got === undefined) break;
      const { seq, data } = got['message'] as { seq: number; data: string };
      seqs.push((JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as { seq: number }).seq);
      next = seq + 1;
    }
    await ask(`$JS.API.STREAM.PURGE.${STREAM}`, { filter: subject, seq: next });
    return seqs;
  });

const someNodes = (state: NatsState): NatsState['nodes'] => state.nodes.slice(1);

/** Stops two of three brokers as they are: the third one answers, and can acknowledge nothing. */
export function freezeMajority(clusterDir: string): void {
  for (const node of someNodes(loadState(clusterDir))) signalProcess(node.process!, 'SIGSTOP');
}

export function thawMajority(clusterDir: string): void {
  for (const node of someNodes(loadState(clusterDir))) signalProcess(node.process!, 'SIGCONT');
}
