import { closeSync, openSync, readSync, readdirSync } from 'node:fs';

/** Names of the commonest machines, by their numbers in ELF headers. */
const MACHINES: Readonly<Record<number, string>> = {
  3: 'x86 (32 bit)',
  40: 'arm (32 bit)',
  62: 'x86_64',
  183: 'aarch64',
  243: 'riscv64',
};

interface Machine {
  readonly number: number;
  readonly name: string;
}

function machineOf(head: Buffer): Machine {
  const isBigEndian = head[5] === 2;
  const number = isBigEndian ? head.readUInt16BE(18) : head.readUInt16LE(18);
  return { number, name: MACHINES[number] ?? `machine ${number}` };
}

function ownMachine(): Machine {
  const head = Buffer.alloc(20);
  const file = openSync('/proc/self/exe', 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  return machineOf(head);
}

/** Formats that this kernel starts with a program of their own (qemu for foreign machines). */
function foreignFormats(): string[] {
  try {
    return readdirSync('/proc/sys/fs/binfmt_misc').filter((name) => name !== 'register' && name !== 'status');
  } catch {
    return [];
  }
}

const X86_64 = 62;
const X86 = 3;

/** Why this host cannot start a program with this ELF header, if it is clear: it is built for another machine. */
export function wrongElf(head: Buffer): string | undefined {
  if (head.length < 20) return 'it is a program that is cut off: build it again';
  const [its, own] = [machineOf(head), ownMachine()];
  if (its.number === own.number || (own.number === X86_64 && its.number === X86) || foreignFormats().length > 0)
    return undefined;
  return `it is a program for ${its.name}, and this host is ${own.name}: build it for this host`;
}
