/** chaosd's HTTP API, as far as a network attack needs it (chaosd's `pkg/server/httpserver`). */

import { fetchHere } from '../os/http.js';

const CALL_LIMIT_MS = 10_000;

export interface Experiment {
  readonly uid: string;
  readonly status: string;
  readonly kind?: string;
  readonly action?: string;
}

export interface DelayAttack {
  readonly uid: string;
  readonly device: string;
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
}

export interface Answer {
  readonly status: number;
  readonly message: string;
}

async function call(
  base: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: unknown }> {
  const response = await fetchHere(new URL(path, base), {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    signal: AbortSignal.timeout(CALL_LIMIT_MS),
  });
  const text = await response.text();
  try {
    return { status: response.status, json: JSON.parse(text) };
  } catch {
    throw new Error(`chaosd ${method} ${path}: expected JSON, got ${response.status} ${text.slice(0, 120)}`);
  }
}

const messageOf = (json: unknown): string => (json as { readonly message?: string } | null)?.message ?? '';

export async function health(base: string): Promise<Answer> {
  const { status, json } = await call(base, 'GET', '/api/system/health');
  return { status, message: messageOf(json) };
}

/** The trailing slash is needed. */
export async function experiments(base: string): Promise<Experiment[]> {
  const { status, json } = await call(base, 'GET', '/api/experiments/');
  if (status !== 200 || !(Array.isArray(json) || json === null)) {
    throw new Error(`chaosd: expected a list of experiments, got ${status} ${messageOf(json)}`);
  }
  return (json ?? []) as Experiment[];
}

/** Ports are strings, and need the protocol; `source-port` is what the broker answers from. */
export async function attackDelay(base: string, attack: DelayAttack): Promise<Answer> {
  const { status, json } = await call(base, 'POST', '/api/attack/network', {
    action: 'delay',
    uid: attack.uid,
    device: attack.device,
    latency: `${attack.delayMs}ms`,
    jitter: `${attack.jitterMs}ms`,
    correlation: '0',
    'ip-protocol': 'tcp',
    'source-port': attack.ports.join(','),
  });
  return { status, message: messageOf(json) };
}

export async function recoverAttack(base: string, uid: string): Promise<Answer> {
  const { status, json } = await call(base, 'DELETE', `/api/attack/${encodeURIComponent(uid)}`);
  return { status, message: messageOf(json) };
}
