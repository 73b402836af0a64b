import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePorts, isListening, isPortFree, listensOn, portBlock } from '../../../src/host/os/ports.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const listen = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    servers.push(server);
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1' }, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });

describe('ports', () => {
  it('that are free are all different, can be bound, and none is one that an outgoing socket may take', async () => {
    const ports = await freePorts(40);
    expect(new Set(ports).size).toBe(40);
    expect(Math.max(...ports)).toBeLessThan(32_768);
    expect(Math.min(...ports)).toBeGreaterThan(1023);
    expect(await Promise.all(ports.map(listen))).toEqual(ports);
  });

  it('of a cluster are in a row, and nobody else gets one of them while any of the block is in use', async () => {
    const ports = await portBlock(100);
    expect(ports).toEqual(ports.map((_, i) => ports[0]! + i));
    const [, , one = 0] = ports;
    await listen(one);
    for (let i = 0; i < 300; i += 1) expect(ports).not.toContain((await portBlock(1))[0]);
    expect((await freePorts(500)).filter((port) => ports.includes(port))).toEqual([]);
    await expect(portBlock(129)).rejects.toThrow('expected at most 128 ports for one cluster, got 129');
  });

  it('that are taken are not free', async () => {
    const port = await listen(0);
    expect(await isPortFree(port)).toBe(false);
    expect(await isListening(port)).toBe(true);
  });

  it('belong to the process that listens there, and to no other', async () => {
    const port = await listen(0);
    expect(listensOn(process.pid, port)).toBe(true);
    expect(listensOn(process.ppid, port)).toBe(false);
    servers.pop()!.close();
    expect(listensOn(process.pid, port)).toBe(false);
  });

  it('where nobody listens are free and closed', async () => {
    const [port] = (await freePorts(1)) as [number];
    expect(await isPortFree(port)).toBe(true);
    expect(await isListening(port)).toBe(false);
  });
});
