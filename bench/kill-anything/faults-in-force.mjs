// What is really broken in a sandbox now, seen on the processes and the proxies themselves and not in any ticket.

import { findState } from '../../dist/host/drivers/nats/state.js';
import { activeToxics } from '../../dist/host/drivers/toxiproxy/api.js';
import { isAlive, isStopped } from '../../dist/host/processes.js';
import { openTickets } from '../../dist/host/tickets.js';

/** @returns {Promise<string[]>} empty if no fault is active; tickets that are open count, too */
export async function faultsInForce({ clusterDir }) {
  const tickets = openTickets(clusterDir).map((ticket) => `ticket ${ticket.faultId} is ${ticket.state}`);
  const state = findState(clusterDir);
  if (state === undefined) return tickets;
  const stopped = state.nodes
    .filter((node) => node.process && isStopped(node.process))
    .map(({ id }) => `${id} is stopped`);
  const proxy = state.proxyProcess !== null && isAlive(state.proxyProcess);
  const toxics = proxy ? await activeToxics(state.proxyApiPort).catch((error) => [`proxies: ${error}`]) : [];
  return [...tickets, ...stopped, ...toxics];
}
