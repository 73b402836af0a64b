import { fetchHere, type RequestInit } from '../../os/http.js';
import { HOST, type RobustNode } from './state.js';

/** A node that does not answer at once is an answer, too. */
const LIMIT_MS = 3000;

interface Envelope<T> {
  readonly code: number;
  readonly data: T;
  readonly error?: string | null;
}

/** Loopback peers need no login. An error is HTTP 200 with another code than 0. */
async function ask<T>(node: RobustNode, path: string, init: RequestInit): Promise<T> {
  const url = `http://${HOST}:${node.ports.http}${path}`;
  const response = await fetchHere(url, { ...init, signal: AbortSignal.timeout(LIMIT_MS) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${node.id} ${path}: HTTP ${response.status}`);
  const answer = JSON.parse(text) as Envelope<T>;
  if (answer.code === 0) return answer.data;
  throw new Error(`${node.id} ${path}: code ${answer.code}: ${answer.error ?? 'no reason given'}`);
}

export const adminGet = <T>(node: RobustNode, path: string): Promise<T> => ask<T>(node, `/api${path}`, {});

export const adminPost = <T>(node: RobustNode, path: string, body: unknown): Promise<T> =>
  ask<T>(node, `/api${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** `/metrics`, as it is: OpenMetrics text. */
export async function metricsText(node: RobustNode): Promise<string> {
  const url = `http://${HOST}:${node.ports.http}/metrics`;
  const response = await fetchHere(url, { signal: AbortSignal.timeout(LIMIT_MS) });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.text();
}

/** What `/api/info` says of its own node: the list of nodes that it knows. All else there is one node's view, the same on every node. */
export interface ClusterInfo {
  readonly broker_node_list: readonly { readonly node_id: number }[];
}

export interface Segment {
  readonly shard_name: string;
  readonly segment_seq: number;
  readonly replicas: readonly { readonly node_id: number }[];
  readonly isr: readonly number[];
  readonly leader_epoch: number;
  readonly leader: number;
  readonly status: string;
}

/** The segment of a shard that is written to, as this node knows it. */
export async function activeSegment(node: RobustNode, shard: string): Promise<Segment> {
  const { segment_list: list } = await adminPost<{ segment_list: readonly { readonly segment: Segment }[] }>(
    node,
    '/storage-engine/segment/list',
    { shard_name: shard },
  );
  const newest = list.map(({ segment }) => segment).sort((a, b) => b.segment_seq - a.segment_seq)[0];
  if (newest === undefined) throw new Error(`${node.id} knows no segment of shard ${shard}`);
  return newest;
}

/** MQTT client ids connected to this node. The broker shows a hundred at most. */
export async function clientIds(node: RobustNode): Promise<string[]> {
  type Page = { readonly data: readonly { readonly client_id: string }[] };
  const page = await adminGet<Page>(node, '/mqtt/client/list?limit=100&page=1');
  return page.data.map((row) => row.client_id);
}
