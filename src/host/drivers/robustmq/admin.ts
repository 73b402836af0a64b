import { anyText, fields, list, number, objectIn, shown, type Shape } from '../../../domain/shape.js';
import { fetchHere, type RequestInit } from '../../os/http.js';
import { HOST, type RobustNode } from './state.js';

/** A node that does not answer at once is an answer, too. */
const LIMIT_MS = 3000;

interface Envelope {
  readonly code?: unknown;
  readonly data?: unknown;
  readonly error?: string | null;
}

/** Loopback peers need no login. An error is HTTP 200 with another code than 0. */
async function ask<T>(node: RobustNode, path: string, init: RequestInit): Promise<T> {
  const url = `http://${HOST}:${node.ports.http}${path}`;
  const response = await fetchHere(url, { ...init, signal: AbortSignal.timeout(LIMIT_MS) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${node.id} ${path}: HTTP ${response.status}`);
  const answer: Envelope | undefined = objectIn(text);
  if (answer === undefined) throw new Error(`${node.id} ${path}: expected {"code", "data"}, got ${shown(text)}`);
  if (answer.code === 0) return answer.data as T;
  throw new Error(`${node.id} ${path}: code ${shown(answer.code)}: ${answer.error ?? 'no reason given'}`);
}

/** Data that its reader can rely on. What a broker answers else is its error, and no stumble of ours. */
function checked<T>(node: RobustNode, what: string, { shape, data }: { shape: Shape; data: T }): T {
  const problem = shape(data, `${node.id} ${what}`);
  if (problem !== undefined) throw new Error(problem);
  return data;
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

const nodeShape = fields<{ node_id: number }>({ node_id: number });
const infoShape = fields<ClusterInfo>({ broker_node_list: list(nodeShape) });

export const clusterInfo = async (node: RobustNode): Promise<ClusterInfo> =>
  checked(node, 'info', { shape: infoShape, data: await adminGet<ClusterInfo>(node, '/info') });

export interface Segment {
  readonly shard_name: string;
  readonly segment_seq: number;
  readonly replicas: readonly { readonly node_id: number }[];
  readonly isr: readonly number[];
  readonly leader_epoch: number;
  readonly leader: number;
  readonly status: string;
}

interface Segments {
  readonly segment_list: readonly { readonly segment: Segment }[];
}

const segmentShape = fields<Segment>({
  segment_seq: number,
  replicas: list(nodeShape),
  isr: list(number),
  leader_epoch: number,
  leader: number,
});
const segmentsShape = fields<Segments>({ segment_list: list(fields({ segment: segmentShape })) });

/** The segment of a shard that is written to, as this node knows it. */
export async function activeSegment(node: RobustNode, shard: string): Promise<Segment> {
  const data = await adminPost<Segments>(node, '/storage-engine/segment/list', { shard_name: shard });
  const { segment_list: known } = checked(node, `shard ${shard}`, { shape: segmentsShape, data });
  const newest = known.map(({ segment }) => segment).sort((a, b) => b.segment_seq - a.segment_seq)[0];
  if (newest === undefined) throw new Error(`${node.id} knows no segment of shard ${shard}`);
  return newest;
}

interface ClientPage {
  readonly data: readonly { readonly client_id: string }[];
}
const pageShape = fields<ClientPage>({ data: list(fields<{ client_id: string }>({ client_id: anyText })) });

/** MQTT client ids connected to this node. The broker shows a hundred at most. */
export async function clientIds(node: RobustNode): Promise<string[]> {
  const data = await adminGet<ClientPage>(node, '/mqtt/client/list?limit=100&page=1');
  return checked(node, 'clients', { shape: pageShape, data }).data.map((row) => row.client_id);
}
