import { socketsAt, socketsOf } from '#os/sockets';
import { commandLine, findProcesses } from './processes.js';

/** As the kernel writes addresses: those that a socket on 127.0.0.1 shares its port with. */
const LOOPBACK_OR_ALL: readonly string[] = ['0100007F', '00000000', '0'.repeat(32), '0000000000000000FFFF00000100007F'];

/** Ports of one program. */
export interface OwnPorts {
  readonly ports: readonly number[];
  /** Where it listens. On `0.0.0.0` it shares its ports with sockets of every address. */
  readonly address: '127.0.0.1' | '0.0.0.0';
  /** Its pid; null: it does not run. */
  readonly owner: number | null;
}

function inodesOf(pid: number): ReadonlySet<string> {
  try {
    return socketsOf(pid);
  } catch {
    return new Set();
  }
}

/**
 * Who else has one of the ports, in words: whoever listens there, or uses it for a connection of its own. Undefined: nobody does. It only looks: taking the port for a
 * moment could keep the very program from it that is just starting.
 */
export function whoHolds({
  ports,
  address,
  owner,
}: OwnPorts): { readonly port: number; readonly who: string } | undefined {
  const there = socketsAt(ports).filter((socket) => address === '0.0.0.0' || LOOPBACK_OR_ALL.includes(socket.address));
  const own = owner === null ? new Set() : inodesOf(owner);
  const foreign = there.filter(({ inode }) => !own.has(inode));
  const [first] = foreign;
  if (first === undefined) return undefined;
  for (const pid of allPids()) {
    if (pid === owner) continue;
    const inodes = inodesOf(pid);
    const held = foreign.find(({ inode }) => inodes.has(inode));
    if (held !== undefined) return { port: held.port, who: `process ${pid} (${commandLine(pid).slice(0, 120)})` };
  }
  // Those of our own user are all to be seen: one that is not has been closed since.
  const me = process.getuid?.() ?? 0;
  const hidden = me === 0 ? undefined : foreign.find(({ uid }) => uid !== me);
  return hidden && { port: hidden.port, who: 'a process of another user' };
}

const allPids = (): number[] => [process.pid, ...findProcesses(() => true).map(({ pid }) => pid)];
