import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultCluster } from '../drivers/contract.js';
import { diskNote } from '../drivers/node-disks.js';
import { syncFolder, writeText } from '../os/files.js';
import { isMounted, isShutDown, shutDown, type LoopDisk } from '../os/loop-disks.js';
import { contentsOf, thrownAway, type Contents, type ThrownAway } from '../os/thrown-away.js';
import type { FaultTicket } from '../tickets/ticket.js';

// What the loss of power does to the disk of one node whose broker is dead, step by step: each is noted outside of that disk, so that whoever comes after a crash goes on.

/** Files of ours beside the broker's data: they show what the disk keeps and what it throws away. */
const KEPT = 'robustmq-chaos-synced';
const LOST = 'robustmq-chaos-not-synced';
const CANARY_BYTES = 8192;

/** What is left of them when the power is back. */
export interface Canaries {
  readonly synced: boolean;
  readonly notSynced: boolean;
}

interface Note {
  /** `on`: about to be taken; `off`: it was; `back`: what is left was looked at. */
  readonly power: 'on' | 'off' | 'back';
  readonly before?: Contents;
  /** Of the canaries, in base64. */
  readonly synced: string;
  readonly notSynced: string;
  readonly left?: ThrownAway & Canaries;
}

const fileOf = ({ clusterDir, faultId }: FaultTicket, node: string): string => diskNote(clusterDir, faultId, node);

function noteOf(ticket: FaultTicket, node: string): Note | undefined {
  const file = fileOf(ticket, node);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Note) : undefined;
}

const write = (ticket: FaultTicket, node: string, note: Note): void =>
  writeText(fileOf(ticket, node), JSON.stringify(note));

const canary = (): Buffer => randomBytes(CANARY_BYTES);

/** While the broker runs: a file that is synced, as a program does it that means to keep it. */
export function writeSynced(ticket: FaultTicket, node: string, { folder }: LoopDisk): void {
  if (noteOf(ticket, node) !== undefined) return;
  const bytes = canary();
  const fd = openSync(join(folder, KEPT), 'w');
  try {
    writeFileSync(fd, bytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  syncFolder(folder);
  write(ticket, node, { power: 'on', synced: bytes.toString('base64'), notSynced: canary().toString('base64') });
}

const isStillOn = (ticket: FaultTicket, node: string, { folder }: LoopDisk): boolean =>
  noteOf(ticket, node)?.power === 'on' && isMounted(folder) && !isShutDown(folder);

/** The brokers of all of them are dead. What is in memory alone is looked at for the last time, and lost. */
export async function takePower(ticket: FaultTicket, disks: Readonly<Record<string, LoopDisk>>): Promise<void> {
  const on = Object.entries(disks).filter(([node, disk]) => isStillOn(ticket, node, disk));
  for (const [node, { folder }] of on) {
    const note = noteOf(ticket, node) as Note;
    write(ticket, node, { ...note, before: contentsOf(join(folder, 'data')) });
    writeFileSync(join(folder, LOST), Buffer.from(note.notSynced, 'base64'));
  }
  if (on.length > 0) await shutDown(on.map(([, { folder }]) => join(folder, KEPT)));
  for (const node of Object.keys(disks)) {
    const note = noteOf(ticket, node);
    if (note?.power === 'on') write(ticket, node, { ...note, power: 'off' });
  }
}

const holds = (file: string, base64: string): boolean => {
  try {
    return readFileSync(file).equals(Buffer.from(base64, 'base64'));
  } catch {
    return false;
  }
};

/** The disk is mounted again, its broker still dead: what is left on it. */
export async function givePower(
  ticket: FaultTicket,
  node: string,
  disk: LoopDisk,
  { dir, driver }: FaultCluster,
): Promise<void> {
  const note = noteOf(ticket, node);
  if (note?.power !== 'off') return;
  await driver.remountDisk?.(dir, node);
  const left = {
    ...thrownAway(note.before ?? {}, contentsOf(join(disk.folder, 'data'))),
    synced: holds(join(disk.folder, KEPT), note.synced),
    notSynced: holds(join(disk.folder, LOST), note.notSynced),
  };
  write(ticket, node, { ...note, before: {}, power: 'back', left });
}

/** Undefined until the power was gone and is back. */
export const leftOn = (ticket: FaultTicket, node: string): Note['left'] => noteOf(ticket, node)?.left;
