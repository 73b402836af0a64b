import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { listeners, socketsOf } from '#os/sockets';

/** All below the range from which the kernel takes ports for outgoing sockets (32768 on): a port from there may be gone by the time it is bound. */
const BLOCKS = { first: 10_000, count: 109, size: 128 } as const;
const SINGLE = { first: 24_000, last: 31_999 } as const;

const canListen = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** Somebody else had the port by the time it was to be bound: with other ports it may go well. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

/** Every program that is started here says it in these words, in its log or its answer. */
export const saysPortTaken = (text: string): boolean => /address already in use/i.test(text);

/** Does one of the logs say it, from this byte on? */
export const portTakenIn = (logFiles: readonly string[], from = 0): boolean =>
  logFiles.some((file) => existsSync(file) && saysPortTaken(readFileSync(file).subarray(from).toString()));

export const isPortFree = (port: number): Promise<boolean> => canListen(port, '127.0.0.1');

/**
 * `count` loopback ports for one cluster, at most 128, from a block of which nobody listens on any. A broker that is dead does not listen on its
 * ports, and must find them free when it comes back: a process that listens on one of the block meanwhile (its proxy server) keeps all the others. Two that
 * start at once may still choose the same block: expect PortTaken.
 */
export async function portBlock(count: number): Promise<number[]> {
  if (count > BLOCKS.size) throw new Error(`expected at most ${BLOCKS.size} ports for one cluster, got ${count}`);
  for (let tries = 0; tries < 1000; tries += 1) {
    const first = BLOCKS.first + randomInt(BLOCKS.count) * BLOCKS.size;
    const block = Array.from({ length: BLOCKS.size }, (_, i) => first + i);
    if ((await Promise.all(block.map(isPortFree))).every(Boolean)) return block.slice(0, count);
  }
  throw new Error(
    `no ${BLOCKS.size} free ports in a row between ${BLOCKS.first} and ${SINGLE.first} on 127.0.0.1: too many clusters run`,
  );
}

/** `count` free loopback ports for anything but a cluster, chosen at random so that two that start at once rarely meet. Still expect "in use". */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  for (let tries = 0; found.length < count; tries += 1) {
    if (tries > 5000) throw new Error(`no ${count} free ports between ${SINGLE.first} and ${SINGLE.last} on 127.0.0.1`);
    const port = randomInt(SINGLE.first, SINGLE.last + 1);
    if (!found.includes(port) && (await isPortFree(port))) found.push(port);
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
