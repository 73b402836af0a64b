import { expect, it } from 'vitest';
import { wrongElf } from '../../../src/host/clients/elf.js';

function header(machine: number, order: 'little' | 'big' = 'little'): Buffer {
  const head = Buffer.alloc(64);
  head.write(`\x7fELF\x02${order === 'little' ? '\x01' : '\x02'}`, 'latin1');
  if (order === 'little') head.writeUInt16LE(machine, 18);
  else head.writeUInt16BE(machine, 18);
  return head;
}
const own = { x64: 62, arm64: 183, ia32: 3, arm: 40 }[process.arch as string] ?? 62;

it('a program for this machine is right', () => {
  expect(wrongElf(header(own))).toBeUndefined();
});

it('one for another machine is named with both, in either byte order', () => {
  expect(wrongElf(header(243))).toMatch(/a program for riscv64, and this host is \S+: build it for this host/);
  expect(wrongElf(header(22, 'big'))).toMatch(/a program for machine 22, and this host/);
});

it('one that is cut off is said to be cut off', () => {
  expect(wrongElf(header(own).subarray(0, 12))).toMatch(/cut off/);
});
