import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { heldPorts, listeners, socketsOf } from '#os/sockets';

const BLOCK_SIZE = 128;
const FIRST = 10_000;
/** So many are enough; with the kernel's usual range they are all below it. */
const ENOUGH = 22_000;
/** With fewer than these there would be no room for several clusters. */
const TOO_FEW = 2_048;

/** Where ports are chosen from: blocks for clusters first, single ones after them. */
export interface PortRegion {
  readonly firstBlock: number;
  readonly blocks: number;
  readonly firstSingle: number;
  readonly last: number;
}

/**
 * Ports outside the range that the kernel takes for outgoing sockets, since one from there may be gone by the time it is bound: below it, or above. Hosts that
 * leave no room on either side are used all the same. Whoever blames a broker proves first that nobody has its port (`whoHolds`).
 */
export function portRegion(localPortRange: string): PortRegion {
  const [low = NaN, high = NaN] = localPortRange.trim().split(/\s+/).map(Number);
  const sides = [
    [FIRST, low - 1],
    [Math.max(FIRST, high + 1), 65_535],
  ] as const;
  const [first, end] = sides.find(([from, to]) => to - from >= TOO_FEW) ?? [FIRST, FIRST + ENOUGH - 1];
  const last = Math.min(end, first + ENOUGH - 1);
  const blocks = Math.floor(((last - first + 1) * 7) / 11 / BLOCK_SIZE);
  return { firstBlock: first, blocks, firstSingle: first + blocks * BLOCK_SIZE, last };
}

const regionHere = (): PortRegion => portRegion(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'));

/** Somebody else had the port by the time it was to be bound: with other ports it may go well. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

/** Every program that is started here says it in these words, in its log or its answer. */
export const saysPortTaken = (text: string): boolean => /address already in use/i.test(text);

/** Does one of the logs say it, from this byte on? */
export const portTakenIn = (logFiles: readonly string[], from = 0): boolean =>
  logFiles.some((file) => existsSync(file) && saysPortTaken(readFileSync(file).subarray(from).toString()));

/** From the kernel's table: whoever tries a port by listening there keeps a broker that comes back just then from its own. */
export const isPortFree = (port: number): boolean => !heldPorts().has(port);

/**
 * `count` loopback ports for one cluster, at most 128, from a block of which nobody listens on any. A broker that is dead does not listen on its
 * ports, and must find them free when it comes back: a process that listens on one of the block meanwhile (its proxy server) keeps all the others. Two that
 * start at once may still choose the same block: expect PortTaken.
 */
export function portBlock(count: number): number[] {
  if (count > BLOCK_SIZE) throw new Error(`expected at most ${BLOCK_SIZE} ports for one cluster, got ${count}`);
  const { firstBlock, blocks, firstSingle } = regionHere();
  const held = heldPorts();
  for (let tries = 0; tries < 1000; tries += 1) {
    const first = firstBlock + randomInt(blocks) * BLOCK_SIZE;
    const block = Array.from({ length: BLOCK_SIZE }, (_, i) => first + i);
    if (!block.some((port) => held.has(port))) return block.slice(0, count);
  }
  throw new Error(
    `no ${BLOCK_SIZE} free ports in a row between ${firstBlock} and ${firstSingle - 1} on 127.0.0.1: too many clusters run`,
  );
}

/** `count` free loopback ports for anything but a cluster, chosen at random so that two that start at once rarely meet. Still expect "in use". */
export function freePorts(count: number): number[] {
  const found: number[] = [];
  const held = heldPorts();
  const { firstSingle, last } = regionHere();
  for (let tries = 0; found.length < count; tries += 1) {
    if (tries > 5000) throw new Error(`no ${count} free ports between ${firstSingle} and ${last} on 127.0.0.1`);
    const port = randomInt(firstSingle, last + 1);
    if (!found.includes(port) && !held.has(port)) found.push(port);
  }
  return found;
}

/** Does something accept TCP connections there, within the limit? */
export const isListening = (port: number, host = '127.0.0.1', limitMs = 500): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host, timeout: limitMs });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });

/** 127.0.0.1, as the kernel writes it. */
const LOOPBACK = '0100007F';

/**
 * Is it this process that listens there? An answer from the port alone may be somebody else's, who took it first. Of a process of another user
 * the kernel does not show the sockets: then it is believed.
 */
export function listensOn(pid: number, port: number): boolean {
  const there = listeners().filter((listener) => listener.address === LOOPBACK && listener.port === port);
  try {
    const sockets = socketsOf(pid);
    return there.some(({ inode }) => sockets.has(inode));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' && there.length > 0;
  }
}
