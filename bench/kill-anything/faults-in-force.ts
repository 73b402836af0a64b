// What is really broken in a sandbox now, seen on the processes and the proxies themselves and not in any ticket.

import { findState } from '../../src/host/drivers/nats/state.js';
import { activeToxics } from '../../src/host/drivers/toxiproxy/api.js';
import { isAlive, isStopped } from '../../src/host/os/processes.js';
import type { Sandbox } from './sandbox.js';

/** Empty if no fault is active. */
export async function faultsInForce({ clusterDir }: Sandbox): Promise<string[]> {
  const state = findState(clusterDir);
  if (state === undefined) return [];
  const stopped = state.nodes
    .filter((node) => node.process && isStopped(node.process))
    .map(({ id }) => `${id} is stopped`);
  const proxy = state.proxyProcess !== null && isAlive(state.proxyProcess);
  const toxics = proxy
    ? await activeToxics(state.proxyApiPort).catch((error: unknown) => [`proxies: ${String(error)}`])
    : [];
  return [...stopped, ...toxics];
}

/** Brokers that should run and do not. */
export const deadBrokers = ({ clusterDir }: Sandbox): string[] =>
  (findState(clusterDir)?.nodes ?? []).filter((node) => node.process && !isAlive(node.process)).map(({ id }) => id);
