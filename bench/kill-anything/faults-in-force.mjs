// What is really broken in a sandbox now, seen on the processes and the proxies themselves and not in any ticket.

import { findState } from '../../dist/host/drivers/nats/state.js';
import { activeToxics } from '../../dist/host/drivers/toxiproxy/api.js';
import { isAlive, isStopped } from '../../dist/host/os/processes.js';

/** @returns {Promise<string[]>} empty if no fault is active */
export async function faultsInForce({ clusterDir }) {
  const state = findState(clusterDir);
  if (state === undefined) return [];
  const stopped = state.nodes
    .filter((node) => node.process && isStopped(node.process))
    .map(({ id }) => `${id} is stopped`);
  const proxy = state.proxyProcess !== null && isAlive(state.proxyProcess);
  const toxics = proxy ? await activeToxics(state.proxyApiPort).catch((error) => [`proxies: ${error}`]) : [];
  return [...stopped, ...toxics];
}

/** Brokers that should run and do not. */
export const deadBrokers = ({ clusterDir }) =>
  (findState(clusterDir)?.nodes ?? []).filter((node) => node.process && !isAlive(node.process)).map(({ id }) => id);
