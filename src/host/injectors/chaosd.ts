import { randomUUID } from 'node:crypto';
import type { NetworkInterface, FaultCluster } from '../drivers/contract.js';
import { attackDelay, experiments, health, recoverAttack, type Experiment } from './chaosd-api.js';
import type { Injection, Injector, Work } from './contract.js';
import { interfacesNamed } from './interfaces.js';

/** Statuses of an experiment that may still act on the host; `destroyed` and `revoked` do not, and `created` has not begun. */
const LIVE = ['success', 'scheduled', 'error'];

const urlOf = ({ params }: Work): string | undefined => {
  const url = params['chaosd_url'];
  return typeof url === 'string' && url !== '' ? url : undefined;
};

const mustUrl = (work: Work): string => {
  const url = urlOf(work);
  if (url === undefined) throw new Error('params.chaosd_url: expected, e.g. http://127.0.0.1:31767');
  return url;
};

const uidOf = ({ own }: Injection): string => own['uid'] as string;

function touched({ effect }: Work, cluster: FaultCluster): readonly NetworkInterface[] {
  if (effect.kind !== 'delay') return [];
  return interfacesNamed(effect.target, cluster).filter((each) => each.namespace === null);
}

const live = (rows: readonly Experiment[]): readonly Experiment[] => rows.filter(({ status }) => LIVE.includes(status));

async function unavailableReason(work: Work, cluster: FaultCluster): Promise<string | undefined> {
  const url = urlOf(work);
  if (url === undefined) return 'it is not configured (params.chaosd_url)';
  if (work.effect.kind !== 'delay') return 'it is used for delays only';
  if (touched(work, cluster).length === 0) return `no broker's traffic leaves this host by ${work.effect.target}`;
  try {
    const { status, message } = await health(url);
    if (status !== 200) return `${url} is not healthy: ${status} ${message}`;
    // Every network attack of chaosd, and every recovery of one, deletes the root qdiscs of all interfaces: one at a time.
    const others = live(await experiments(url));
    if (others.length > 0)
      return `${url} has an experiment that is not over: ${others.map(({ uid, status: s }) => `${uid} (${s})`).join(', ')}`;
    return undefined;
  } catch (error) {
    return `${url} does not answer: ${String(error)}`;
  }
}

async function inject(injection: Injection, cluster: FaultCluster): Promise<void> {
  if (injection.effect.kind !== 'delay') return;
  const url = mustUrl(injection);
  const uid = uidOf(injection);
  // chaosd does not know a repeated POST: a second one with the same uid would inject twice.
  if ((await experiments(url)).some((row) => row.uid === uid)) return;
  const { delayMs, jitterMs, target } = injection.effect;
  const all = touched(injection, cluster);
  const ports = [...new Set(all.flatMap((each) => each.ports))];
  const addresses = [...new Set(all.map((each) => each.address))];
  const { status, message } = await attackDelay(url, { uid, device: target, delayMs, jitterMs, addresses, ports });
  if (status !== 200) throw new Error(`chaosd refused the delay: ${status} ${message}`);
}

async function active(injection: Injection): Promise<string[]> {
  const rows = live(await experiments(mustUrl(injection)));
  return rows.filter(({ uid }) => uid === uidOf(injection)).map(({ uid, status }) => `${uid} (${status})`);
}

/**
 * An experiment that was never made, or is destroyed already, is over. One that ended in `error` is refused by chaosd and may have done half of its
 * work: that is an error here, and the host has to be looked at.
 */
async function clear(injection: Injection): Promise<void> {
  const url = mustUrl(injection);
  const uid = uidOf(injection);
  const row = (await experiments(url)).find((each) => each.uid === uid);
  if (row === undefined || row.status === 'destroyed' || row.status === 'revoked') return;
  const { status, message } = await recoverAttack(url, uid);
  if (status === 200 || status === 404 || /can not recover destroyed/i.test(message)) return;
  throw new Error(
    `chaosd did not recover ${uid} (${row.status}): ${status} ${message}; look at the host: tc qdisc show`,
  );
}

/** A delay by a chaosd server, where a scenario names one. Its process attacks are not used: they match by name, and their recovery restarts nothing. */
export const chaosd: Injector = {
  name: 'chaosd',
  about: {
    does: 'Delays what the brokers send, through a chaosd server that runs on their host. The process attacks of chaosd are not used: they find processes by name, and their recovery does not restart a process.',
    needs:
      '`params.chaosd_url`, and everything that netem needs. The chaosd server must have no other experiment, because each network attack of chaosd removes the root qdiscs of all interfaces.',
    ends: 'It sends DELETE with an id that was chosen before the first call. An experiment that is destroyed or unknown counts as over. An experiment in the state error does not: a person has to check the host. chaosd itself has no deadline; the keeper enforces it.',
  },
  outlivesCluster: true,
  unavailableReason,
  plan: (work, cluster) => {
    const names = touched(work, cluster).map((each) => each.name);
    // Chosen before the first call, so that a delay whose answer was lost can be taken back.
    return Promise.resolve({
      own: { uid: randomUUID() },
      touches: `${names.join(', ')} by chaosd at ${mustUrl(work)}`,
      // What the brokers send is delayed, and what is sent to them is not.
      riseFactor: () => 1,
    });
  },
  inject,
  active,
  isWhole: async (injection) => (await active(injection)).some((text) => text.endsWith('(success)')),
  clear,
};
