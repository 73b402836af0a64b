// Looks all the time whether a fault is in force that should be over, and which ports were ever in use.

import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicUs } from '../../dist/host/clock.js';
import { findState } from '../../dist/host/drivers/nats/state.js';
import { openTickets } from '../../dist/host/tickets.js';
import { faultsInForce } from './faults-in-force.mjs';
import { holderOf, listeners } from './host-snapshot.mjs';
import { ownerOf, processesOf } from './victims.mjs';

const LOOK_EVERY_MS = 200;
/** A fault may outlive its deadline by this much; if worker and keeper were both dead, the next start of either. */
const LIMIT_US = 10_000_000;

const portsIn = (state) => [
  state.proxyApiPort,
  ...state.nodes.flatMap((n) => [n.mqttPort, n.natsPort, n.httpPort, n.routePort, n.proxiedMqttPort]),
  ...state.links.map((link) => link.listenPort),
];

/**
 * @returns {{ problems: Set<string>, ports: Set<number>, stop: () => Promise<void> }}
 */
export function watch(sandbox, command) {
  const seen = { problems: new Set(), ports: new Set() };
  let stopped = false;
  let unguardedUs = 0;
  let strayUs = null;
  const look = async () => {
    const now = monotonicUs();
    const guarded = ['worker', 'keeper'].some((kind) => processesOf(kind, sandbox, command).length > 0);
    if (!guarded) unguardedUs = now;
    const open = openTickets(sandbox.clusterDir);
    for (const { faultId, deadlineUs, state } of open) {
      const lateUs = now - Math.max(deadlineUs, unguardedUs) - LIMIT_US;
      if (guarded && lateUs > 0) seen.problems.add(`${faultId} was ${state} more than 10 s after its deadline`);
    }
    const inForce = open.length > 0 ? [] : await faultsInForce(sandbox);
    strayUs = inForce.length === 0 ? null : (strayUs ?? now);
    if (strayUs !== null && now - strayUs > LIMIT_US) seen.problems.add(`without any ticket: ${inForce.join(', ')}`);
    const state = findState(sandbox.clusterDir);
    if (state !== undefined) portsIn(state).forEach((port) => seen.ports.add(port));
  };
  const looking = (async () => {
    while (!stopped) {
      await look().catch((error) => seen.problems.add(`the watch failed: ${error}`));
      await sleep(LOOK_EVERY_MS);
    }
  })();
  const stop = async () => {
    stopped = true;
    await looking;
  };
  return { ...seen, stop };
}

/** Ports of the sandbox that are still listened on, unless by what belongs to another sandbox, which has found them free meanwhile. */
export function portsLeft(ports, root) {
  const left = listeners().filter(({ port }) => ports.has(port));
  const foreign = ({ socket }) => {
    const owner = ownerOf(holderOf(socket));
    return owner !== '' && !owner.includes(root);
  };
  return left.filter((listener) => !foreign(listener)).map(({ port }) => port);
}
