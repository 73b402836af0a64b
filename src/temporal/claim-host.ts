import type { Client } from '@temporalio/client';
import { ChaosError } from '../domain/errors.js';
import { hostQueue } from '../domain/ids.js';
import { pollUntil } from '../host/os/clock.js';
import { logLine } from '../host/os/log.js';
import { ASKED_WITHIN_MS, workersServing, type Serving } from './askers.js';
import { isOfThisMachine, readIdentity, workerIdentity } from './identity.js';

const LOOK_EVERY_MS = 2000;
/** Of a machine that has died, or was booted anew, the server forgets this late that it asked. */
const FORGOTTEN_AFTER_MS = ASKED_WITHIN_MS + 5000;

const nameOf = ({ pid, machine, boot }: Pick<Serving, 'pid' | 'machine' | 'boot'>): string =>
  `process ${pid} of machine ${machine}${boot === null ? '' : ` (boot ${boot})`}`;

/** Looks once. */
export const AT_ONCE = { limitMs: 0, everyMs: 1 } as const;

/**
 * Two machines with one `host.id` would share a queue: each run would be played half here and half there. Whoever comes second waits until the other one has gone, and
 * gives up if it has not: throws CONFIG_INVALID. Another worker of this machine is one that goes, or comes, in an upgrade.
 */
export async function claimHost(
  client: Client,
  hostId: string,
  limits: { readonly limitMs: number; readonly everyMs: number } = {
    limitMs: FORGOTTEN_AFTER_MS,
    everyMs: LOOK_EVERY_MS,
  },
): Promise<void> {
  let other: Serving | undefined;
  const isFree = await pollUntil(async () => {
    const before = other;
    other = (await workersServing(client, hostQueue(hostId))).find((one) => !isOfThisMachine(one));
    if (other !== undefined && before === undefined && limits.limitMs > 0)
      logLine(`host ${hostId} is served by ${nameOf(other)}: waiting for ${limits.limitMs / 1000} s that it goes`);
    return other === undefined ? true : undefined;
  }, limits);
  if (isFree === true || other === undefined) return;
  const own = readIdentity(workerIdentity(hostId));
  throw new ChaosError(
    'CONFIG_INVALID',
    `host.id: expected an id that no other machine has, got ${hostId}, which ${nameOf(other)} has: it asked this Temporal for work ${other.secondsAgo} s ago, and this is ` +
      `${own === undefined ? 'another one' : nameOf(own)}. Give one of them another host.id, or end the other worker`,
  );
}
