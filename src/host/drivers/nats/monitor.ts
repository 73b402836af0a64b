import { fetchHere } from '../../os/http.js';
import { noAnswer } from '../../os/own-errors.js';
import type { NatsNode } from './state.js';

/** What `/jsz` of one node says, as far as it is used here (nats-server 2.15 monitoring endpoints). */
export interface Jsz {
  readonly meta_cluster?: MetaCluster;
  readonly account_details?: readonly {
    readonly name: string;
    readonly stream_detail?: readonly StreamDetail[];
  }[];
}

interface Replica {
  readonly name: string;
  readonly current: boolean;
  readonly offline?: boolean;
  readonly lag?: number;
}

interface MetaCluster {
  readonly leader?: string;
  readonly replicas?: readonly Replica[];
}

export interface GroupCluster {
  readonly raft_group?: string;
  readonly leader?: string;
  readonly replicas?: readonly Replica[];
}

export interface StreamDetail {
  readonly name: string;
  readonly cluster?: GroupCluster;
  readonly state?: { readonly messages?: number };
  readonly consumer_detail?: readonly { readonly name: string; readonly cluster?: GroupCluster }[];
}

/** `/raftz`: account → group → state. */
export type Raftz = Readonly<
  Record<string, Readonly<Record<string, { readonly term?: number; readonly leader?: string }>>>
>;

export interface Connz {
  readonly connections?: readonly { readonly mqtt_client?: string; readonly name?: string }[];
}

/** Where a node's monitoring pages are. */
type Monitored = Pick<NatsNode, 'host' | 'httpPort'>;

/** GETs one monitoring page as JSON. `limitMs` is short: a node that does not answer at once is an answer, too. */
export async function monitor<T>({ host, httpPort }: Monitored, path: string, limitMs = 1000): Promise<T> {
  const response = await fetchHere(`http://${host}:${httpPort}${path}`, { signal: AbortSignal.timeout(limitMs) });
  return (await response.json()) as T;
}

export const jsz = (node: Monitored, limitMs?: number): Promise<Jsz> =>
  monitor<Jsz>(node, '/jsz?accounts=1&streams=1&consumers=1&raft=1', limitMs);

/** All streams of the account that carries the load. */
export const loadStreams = (page: Jsz): readonly StreamDetail[] =>
  page.account_details?.find((account) => account.name === 'LOAD')?.stream_detail ?? [];

export async function isServerUp(node: Monitored): Promise<boolean> {
  const answer = await monitor<{ status?: string }>(node, '/healthz?js-server-only=1').catch(noAnswer);
  return answer?.status === 'ok';
}
