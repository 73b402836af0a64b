import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process that asks a server for work, as it names itself to it. */
export interface WorkerIdentity {
  readonly pid: number;
  /** Name of the machine. */
  readonly machine: string;
  /** Which boot of it; null: of a version that did not say. Two machines of one name have two. */
  readonly boot: string | null;
  /** `host.id` of its config; null likewise. */
  readonly hostId: string | null;
}

let boot: string | undefined;
const ownBoot = (): string => (boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8));

/** `pid@machine`, as the SDK makes it, and which boot and host. */
export const workerIdentity = (hostId: string): string =>
  `${process.pid}@${hostname()} boot ${ownBoot()} host ${hostId}`;

/** Undefined: no process of this program. */
export function readIdentity(text: string): WorkerIdentity | undefined {
  const [, pid, machine = '', ofBoot = null, hostId = null] =
    /^(\d+)@(\S+)(?: boot (\S+) host (\S+))?$/.exec(text) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), machine, boot: ofBoot, hostId };
}

/** Is it of this machine, as far as it says? */
export const isOfThisMachine = ({ machine, boot: ofBoot }: WorkerIdentity): boolean =>
  machine === hostname() && (ofBoot === null || ofBoot === ownBoot());
