// Looks all the time whether a fault is in force that should be over, and which ports were ever in use.

import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicUs } from '../../src/host/os/clock.js';
import { findState } from '../../src/host/drivers/nats/state.js';
import type { NatsState } from '../../src/host/drivers/nats/state.js';
import { listeners } from '#os/sockets';
import { listensOn } from '../../src/host/os/ports.js';
import { findOwned } from '../../src/host/os/processes.js';
import { openTickets } from '../../src/host/tickets/store.js';
import { deadBrokers, faultsInForce } from './faults-in-force.js';
import type { Running, Sandbox } from './sandbox.js';
import { processesOf } from './victims.js';

const LOOK_EVERY_MS = 200;
/** A fault may outlive its deadline by this much; if worker and keeper were both dead, the next start of either. */
const LIMIT_US = 10_000_000;
const STOPPING_US = 3_000_000;

const portsIn = (state: NatsState): number[] => [
  state.proxyApiPort,
  ...state.nodes.flatMap((n) => [n.mqttPort, n.natsPort, n.httpPort, n.routePort, n.proxiedMqttPort]),
  ...state.links.map((link) => link.listenPort),
];

export interface Watch {
  readonly problems: Set<string>;
  readonly ports: Set<number>;
  readonly stop: () => Promise<void>;
}

export function watch(sandbox: Sandbox, command: Running): Watch {
  const seen = { problems: new Set<string>(), ports: new Set<number>() };
  const stopped = new AbortController();
  let unguardedUs = 0;
  let strayUs: number | null = null;
  const deadSinceUs = new Map<string, number>();
  /** Brokers of a cluster that is being stopped are dead for a moment, too, before it is forgotten. */
  const longDead = (now: number): string[] => {
    const dead = deadBrokers(sandbox);
    for (const id of deadSinceUs.keys()) if (!dead.includes(id)) deadSinceUs.delete(id);
    for (const id of dead) if (!deadSinceUs.has(id)) deadSinceUs.set(id, now);
    return dead.filter((id) => now - (deadSinceUs.get(id) ?? now) > STOPPING_US);
  };
  const look = async (): Promise<void> => {
    const now = monotonicUs();
    const guarded = (['worker', 'keeper'] as const).some((kind) => processesOf(kind, sandbox, command).length > 0);
    if (!guarded) unguardedUs = now;
    const open = openTickets(sandbox.clusterDir);
    const late = open.filter(({ deadlineUs }) => guarded && now - Math.max(deadlineUs, unguardedUs) > LIMIT_US);
    const inForce = await faultsInForce(sandbox);
    // A ticket stays open until everything is proved, which a slow host makes longer: what counts is what is still broken.
    const broken = late.length === 0 ? [] : [...inForce, ...longDead(now).map((id) => `${id} is dead`)];
    for (const { faultId } of late)
      for (const what of broken) seen.problems.add(`${faultId}: more than 10 s after its deadline: ${what}`);
    const stray = open.length > 0 ? [] : inForce;
    strayUs = stray.length === 0 ? null : (strayUs ?? now);
    if (strayUs !== null && now - strayUs > LIMIT_US) seen.problems.add(`without any ticket: ${stray.join(', ')}`);
    const state = findState(sandbox.clusterDir);
    if (state !== undefined) portsIn(state).forEach((port) => seen.ports.add(port));
  };
  const looking = (async () => {
    while (!stopped.signal.aborted) {
      await look().catch((error: unknown) => seen.problems.add(`the watch failed: ${String(error)}`));
      await sleep(LOOK_EVERY_MS);
    }
  })();
  const stop = async (): Promise<void> => {
    stopped.abort();
    await looking;
  };
  return { ...seen, stop };
}

/** Ports of the sandbox that are still listened on, unless by what belongs to another sandbox, which has found them free meanwhile. */
export function portsLeft(ports: ReadonlySet<number>, root: string): number[] {
  const foreign = findOwned((owner) => !owner.startsWith(root));
  return listeners()
    .map(({ port }) => port)
    .filter((port) => ports.has(port) && !foreign.some(({ pid }) => listensOn(pid, port)));
}
