import type { Client } from '@temporalio/client';
import { CHAOS_QUEUE } from '../domain/ids.js';
import { identify } from '../host/os/processes.js';
import { isOfThisMachine, readIdentity, type WorkerIdentity } from './identity.js';

/** A worker asks for work again at least once a minute; later than this and it has lost its server. */
export const ASKED_WITHIN_MS = 90_000;
/** As the server counts the kinds of queues. */
const QUEUE_TYPES = { workflows: 1, activities: 2 } as const;

/** A process that asked the server for work on a queue. */
export interface Asker {
  /** As it names itself: `readIdentity`. */
  readonly identity: string;
  /** Null: of a version without builds. */
  readonly build: string | null;
  readonly secondsAgo: number;
}

/** Who asked for work on a queue in the last minutes, as the server tells. */
export async function askersOf(client: Client, taskQueue: string, kind: keyof typeof QUEUE_TYPES): Promise<Asker[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the SDK hands out the enum's type, not its values
    taskQueueType: QUEUE_TYPES[kind],
  });
  return pollers.map(({ identity, lastAccessTime, deploymentOptions }) => ({
    identity: identity ?? '',
    build: deploymentOptions?.buildId || null,
    secondsAgo: Math.round(Date.now() / 1000 - Number(lastAccessTime?.seconds ?? 0)),
  }));
}

/** The server remembers a worker for minutes after its end. One of this machine is looked for; another has to have asked lately. */
export function isThere({ identity, secondsAgo }: Asker): boolean {
  if (secondsAgo * 1000 > ASKED_WITHIN_MS) return false;
  const who = readIdentity(identity);
  return who === undefined || !isOfThisMachine(who) || identify(who.pid) !== undefined;
}

/** A worker that is there. */
export interface Serving extends WorkerIdentity, Pick<Asker, 'build' | 'secondsAgo'> {}

/** Every worker that is there, by host and machine. */
export async function workersServing(client: Client, queue = CHAOS_QUEUE): Promise<Serving[]> {
  const askers = await askersOf(client, queue, 'activities');
  return askers
    .filter(isThere)
    .flatMap(({ identity, build, secondsAgo }) => {
      const who = readIdentity(identity);
      return who === undefined ? [] : [{ ...who, build, secondsAgo }];
    })
    .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)) || a.pid - b.pid);
}

/** An older version does not say which host it is of. */
const nameOf = ({ hostId, machine }: WorkerIdentity): string => hostId ?? `(host of ${machine})`;

/** Ids of the hosts that serve a Temporal, each once. */
export const hostsServing = async (client: Client): Promise<string[]> => [
  ...new Set((await workersServing(client)).map(nameOf)),
];
