import { socketsAt, socketsOf } from '#os/sockets';
import { commandLine, findProcesses, identify } from './processes.js';

/** As the kernel writes addresses: those that a socket on 127.0.0.1 shares its port with. */
const LOOPBACK_OR_ALL: readonly string[] = ['0100007F', '00000000', '0'.repeat(32), '0000000000000000FFFF00000100007F'];

/** What is asked about one port. */
interface PortOf {
  readonly port: number;
  /** Where its owner listens. On `0.0.0.0` it shares the port with sockets of every address. */
  readonly address: '127.0.0.1' | '0.0.0.0';
  /** The process whose port it is; null: it does not run. */
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
 * Who else has a port, in words: whoever listens there, or uses it for a connection of its own. Undefined: nobody does. It only looks: taking the port for a
 * moment could keep the very program from it that is just starting.
 */
export function whoHolds({ port, address, owner }: PortOf): string | undefined {
  const there = socketsAt(port).filter((socket) => address === '0.0.0.0' || LOOPBACK_OR_ALL.includes(socket.address));
  const own = owner === null ? new Set() : inodesOf(owner);
  const foreign = there.filter(({ inode }) => !own.has(inode));
  if (foreign.length === 0) return undefined;
  const has = (pid: number): boolean => pid !== owner && foreign.some(({ inode }) => inodesOf(pid).has(inode));
  const holder = [...findProcesses(has), ...(has(process.pid) ? [identify(process.pid)] : [])][0];
  if (holder !== undefined) return `process ${holder.pid} (${commandLine(holder.pid).slice(0, 120)})`;
  // Those of our own user are all to be seen: one that is not has been closed since.
  const me = process.getuid?.() ?? 0;
  return me !== 0 && foreign.some(({ uid }) => uid !== me) ? 'a process of another user' : undefined;
}
