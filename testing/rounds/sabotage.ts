import { connect } from '@nats-io/transport-node';
import { loadState, type NatsState } from '../../src/host/drivers/nats/state.js';
import { pollUntil, sleepMs } from '../../src/host/os/clock.js';
import { signalProcess } from '../../src/host/os/processes.js';

/** What a broker can do wrong, done to a real one behind the program's back. */

const STREAM = '$MQTT_msgs';

type Ask = (subject: string, body: unknown) => Promise<Record<string, unknown>>;

async function withBroker<T>(clusterDir: string, work: (ask: Ask) => Promise<T>): Promise<T> {
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

interface ConsumerInfo {
  readonly name: string;
  readonly config: { readonly filter_subject?: string };
  readonly paused?: boolean;
  /** The last message that was handed to the subscriber, by its place in the stream. */
  readonly delivered: { readonly stream_seq: number };
  /** How many messages the subscriber was never handed. */
  readonly num_pending: number;
}

/** JetStream's name of an MQTT topic. */
const subjectOf = (topic: string): string => `$MQTT.msgs.${topic.replaceAll('/', '.')}`;

const LIMIT_MS = 30_000;

/** What the broker itself says of the one subscriber of a topic. */
interface Subscriber {
  readonly info: () => Promise<ConsumerInfo>;
  readonly pauseUntil: (atMs: number) => Promise<unknown>;
}

async function subscriberOf(ask: Ask, topic: string): Promise<Subscriber> {
  const { consumers } = (await ask(`$JS.API.CONSUMER.LIST.${STREAM}`, {})) as unknown as { consumers: ConsumerInfo[] };
  const found = consumers.filter((consumer) => consumer.config.filter_subject === subjectOf(topic));
  if (found.length !== 1) throw new Error(`expected one consumer of ${subjectOf(topic)}, found ${found.length}`);
  const { name } = found[0]!;
  return {
    info: async () => (await ask(`$JS.API.CONSUMER.INFO.${STREAM}.${name}`, {})) as unknown as ConsumerInfo,
    pauseUntil: (atMs) =>
      ask(`$JS.API.CONSUMER.PAUSE.${STREAM}.${name}`, { pause_until: new Date(atMs).toISOString() }),
  };
}

/** Waits until the broker says so of a subscriber. */
async function mustSee({ info }: Subscriber, what: string, fits: (info: ConsumerInfo) => boolean): Promise<void> {
  const look = async (): Promise<true | undefined> => fits(await info()) || undefined;
  if ((await pollUntil(look, { limitMs: LIMIT_MS, everyMs: 20 })) === undefined) {
    throw new Error(`expected ${what} within ${LIMIT_MS} ms, got ${JSON.stringify(await info())}`);
  }
}

/**
 * The broker acknowledges messages of a topic and never delivers them: delivery is held back, the next `count` are deleted from the broker's stream,
 * delivery goes on. Resolves to the `seq` of exactly those. Nothing that the publisher does meanwhile can make the list wrong:
 * - The pause is in force when the node that delivers says so, and no longer at its request: only then is it certain what was handed out.
 * - Each message is deleted by its own place in the stream, and is on the list once the broker has confirmed that.
 * - It is over when the broker is seen to hand out what came after them.
 */
export const loseStored = (clusterDir: string, topic: string, count: number): Promise<number[]> =>
  withBroker(clusterDir, async (ask) => {
    const subscriber = await subscriberOf(ask, topic);
    await subscriber.pauseUntil(Date.now() + 600_000);
    await mustSee(subscriber, `a pause of ${topic}`, ({ paused }) => paused === true);
    await mustSee(subscriber, `${count} messages of ${topic}`, ({ num_pending }) => num_pending >= count);
    const after = (await subscriber.info()).delivered.stream_seq;
    const lost = await deleteNext(ask, topic, { after, count });
    await resumeDelivery(subscriber, after);
    return lost;
  });

async function deleteNext(ask: Ask, topic: string, range: { after: number; count: number }): Promise<number[]> {
  const deleted: number[] = [];
  let next = range.after + 1;
  while (deleted.length < range.count) {
    const wanted = { seq: next, next_by_subj: subjectOf(topic) };
    const got = (await ask(`$JS.API.STREAM.MSG.GET.${STREAM}`, wanted))['message'] as { seq: number; data: string };
    await ask(`$JS.API.STREAM.MSG.DELETE.${STREAM}`, { seq: got.seq, no_erase: true });
    deleted.push((JSON.parse(Buffer.from(got.data, 'base64').toString('utf8')) as { seq: number }).seq);
    next = got.seq + 1;
  }
  return deleted;
}

/**
 * A pause that is ended by request wakes nobody: what is stored by then would wait for the next message, and there is none after the last. The end of a
 * pause's own time does wake the broker, if the node that delivers has heard of that time before; on a busy host it is given more of it.
 */
async function resumeDelivery(subscriber: Subscriber, after: number): Promise<void> {
  const isAwake = async (): Promise<true | undefined> => {
    const { delivered, num_pending } = await subscriber.info();
    return delivered.stream_seq > after || num_pending === 0 || undefined;
  };
  for (let leadMs = 250; leadMs <= 8000; leadMs *= 2) {
    await subscriber.pauseUntil(Date.now() + leadMs);
    await sleepMs(leadMs);
    if ((await pollUntil(isAwake, { limitMs: 1000, everyMs: 20 })) !== undefined) return;
  }
  throw new Error(`expected delivery to go on, got ${JSON.stringify(await subscriber.info())}`);
}

const someNodes = (state: NatsState): NatsState['nodes'] => state.nodes.slice(1);

/** Stops two of three brokers as they are: the third one answers, and can acknowledge nothing. */
export function freezeMajority(clusterDir: string): void {
  for (const node of someNodes(loadState(clusterDir))) signalProcess(node.process!, 'SIGSTOP');
}

export function thawMajority(clusterDir: string): void {
  for (const node of someNodes(loadState(clusterDir))) signalProcess(node.process!, 'SIGCONT');
}
