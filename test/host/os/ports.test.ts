import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { freePorts, isListening, isPortFree, listensOn, portBlock, portRegion } from '../../../src/host/os/ports.js';
import { listenOn } from '../../../testing/listener.js';

const region = (range: string) => portRegion(`${range.replace(' ', '\t')}\n`);

describe('ports are chosen', () => {
  it.each([
    ['below the usual range of outgoing sockets', '32768 60999', 10_000, 31_999],
    ['below a low one', '16384 65535', 10_000, 16_383],
    ['above one that begins at once', '1024 49151', 49_152, 65_535],
    ['where an outgoing socket may be, too, if there is nothing else', '1024 65535', 10_000, 31_999],
    ['there as well if the kernel does not say', '', 10_000, 31_999],
  ])('%s', (_, range, from, to) => {
    const { firstBlock, blocks, firstSingle, last } = region(range);
    expect([firstBlock, last]).toEqual([from, to]);
    expect(firstSingle).toBe(firstBlock + blocks * 128);
    expect(blocks).toBeGreaterThan(8);
    expect(last - firstSingle).toBeGreaterThan(2000);
  });
});

/** The ports of a block of which this process has one for sure: a test beside this one may choose the same block at the same moment. */
async function heldBlock(): Promise<number[]> {
  for (;;) {
    const ports = portBlock(100);
    const held = await listenOn(ports[2] ?? 0).catch(() => undefined);
    if (held !== undefined) return ports;
  }
}

describe('ports', () => {
  it('that are free are all different, and none is one of a cluster', async () => {
    const ports = freePorts(40);
    expect(new Set(ports).size).toBe(40);
    const { firstSingle, last } = portRegion(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'));
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(firstSingle);
    expect(Math.max(...ports)).toBeLessThanOrEqual(last);
  });

  it('of a cluster are in a row, and nobody else gets one of them while any of the block is in use', async () => {
    const ports = await heldBlock();
    expect(ports).toEqual(ports.map((_, i) => ports[0]! + i));
    for (let i = 0; i < 300; i += 1) expect(ports).not.toContain(portBlock(1)[0]);
    expect(freePorts(500).filter((port) => ports.includes(port))).toEqual([]);
    expect(() => portBlock(129)).toThrow('expected at most 128 ports for one cluster, got 129');
  });

  it('that are taken are not free, and those that were given back are free and closed', async () => {
    const { port, close } = await listenOn(0);
    expect([isPortFree(port), await isListening(port)]).toEqual([false, true]);
    await close();
    expect([isPortFree(port), await isListening(port)]).toEqual([true, false]);
  });

  it('belong to the process that listens there, and to no other', async () => {
    const { port, close } = await listenOn(0);
    expect(listensOn(process.pid, port)).toBe(true);
    expect(listensOn(process.ppid, port)).toBe(false);
    await close();
    expect(listensOn(process.pid, port)).toBe(false);
  });
});
