import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../../src/host/os/lock.js';
import { isAlive, ownIdentity, type ProcessId } from '../../src/host/os/processes.js';
import { isSet } from './traps.js';
import type { Settings } from './settings.js';

/** How long a dead node stays listed, and its leaderships with it. The real broker's is 30 s. */
const EXPIRY_MS = 1500;
/** So long after its return a topic's first leader leads it again. The real broker looks every 60 s. */
const REBALANCE_MS = 2000;
const TICK_MS = 50;

interface Member {
  readonly process: ProcessId;
  readonly ports: { readonly grpc: number; readonly http: number };
  /** Since when it is not seen alive; null while it is. */
  readonly goneSince: number | null;
}

export interface StandInSegment {
  readonly topic: string;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly leader: number;
  readonly epoch: number;
  /** Since when the first replica is in sync again without leading. */
  readonly waitingSince: number | null;
}

/** What all nodes of a cluster agree on: a file, since this is test equipment and no broker. */
export interface Shared {
  readonly members: Readonly<Record<number, Member>>;
  readonly leader: number | null;
  readonly term: number;
  /** By shard. */
  readonly segments: Readonly<Record<string, StandInSegment>>;
}

const EMPTY: Shared = { members: {}, leader: null, term: 0, segments: {} };

export const readShared = ({ shared }: Settings): Shared =>
  existsSync(shared) ? (JSON.parse(readFileSync(shared, 'utf8')) as Shared) : EMPTY;

const LOCK_LIMIT_MS = 10_000;

/** One node at a time: what another one writes between this one's reading and writing would be lost. */
function changeShared(settings: Settings, change: (value: Shared) => Shared): Promise<void> {
  const { shared, id } = settings;
  return withLock(`${shared}.lock`, LOCK_LIMIT_MS, () => {
    writeFileSync(`${shared}.${id}`, JSON.stringify(change(readShared(settings))));
    renameSync(`${shared}.${id}`, shared);
    return Promise.resolve();
  });
}

export const listed = ({ members }: Shared): number[] => Object.keys(members).map(Number);

const living = (value: Shared): number[] =>
  listed(value).filter((id) => isAlive((value.members[id] as Member).process));

export function join(settings: Settings): Promise<void> {
  const { id, grpcPort, httpPort } = settings;
  const member: Member = { process: ownIdentity(), ports: { grpc: grpcPort, http: httpPort }, goneSince: null };
  return changeShared(settings, (value) => {
    const first = value.leader === null ? { leader: id, term: 1 } : {};
    return { ...value, ...first, members: { ...value.members, [id]: member } };
  });
}

/** Leaderships of whoever has been gone for long go to the next in the ISR; whoever is back is in sync again. */
function passTime(settings: Settings, value: Shared): Shared {
  const alive = living(value);
  const now = Date.now();
  const members = Object.fromEntries(
    listed(value).flatMap((id) => {
      const member = value.members[id] as Member;
      const goneSince = alive.includes(id) ? null : (member.goneSince ?? now);
      return goneSince !== null && now - goneSince > EXPIRY_MS ? [] : [[id, { ...member, goneSince }]];
    }),
  ) as Record<number, Member>;
  const still = Object.keys(members).map(Number);
  const takesOver = value.leader !== null && !still.includes(value.leader);
  const segments = Object.fromEntries(
    Object.entries(value.segments).map(([shard, segment]) => [shard, led(settings, segment, still, alive)]),
  );
  return {
    members,
    leader: takesOver ? settings.id : value.leader,
    term: value.term + (takesOver ? 1 : 0),
    segments,
  };
}

function led(settings: Settings, segment: StandInSegment, still: number[], alive: number[]): StandInSegment {
  const isr = segment.replicas.filter(
    (id) => still.includes(id) && alive.includes(id) && !isSet(settings.trapsFile, id, 'out-of-sync'),
  );
  const [preferred = 0] = segment.replicas;
  const waits = isr.includes(preferred) && segment.leader !== preferred;
  const waitingSince = waits ? (segment.waitingSince ?? Date.now()) : null;
  if (waitingSince !== null && Date.now() - waitingSince > REBALANCE_MS)
    return { ...segment, isr, leader: preferred, epoch: segment.epoch + 1, waitingSince: null };
  if (still.includes(segment.leader)) return { ...segment, isr, waitingSince };
  const leader = isr[0];
  if (leader === undefined) return { ...segment, isr, waitingSince };
  return { ...segment, isr, leader, epoch: segment.epoch + 1, waitingSince };
}

/** Goes on until the process ends; the first of the living does it for all. */
export async function keepShared(settings: Settings): Promise<never> {
  for (;;) {
    if (living(readShared(settings))[0] === settings.id)
      await changeShared(settings, (value) => passTime(settings, value));
    await sleep(TICK_MS);
  }
}

/** Like the real one: led by whoever leads fewest. */
export async function createSegment(settings: Settings, topic: string, replication: number): Promise<string> {
  if (topic === '') throw new Error('topic_name: expected 1 to 256 characters');
  let shard = '';
  await changeShared(settings, (value) => {
    const nodes = living(value);
    if (nodes.length < replication) throw new Error(`NotEnoughEngineNodes: ${nodes.length} of ${replication}`);
    const leads = (id: number): number => Object.values(value.segments).filter(({ leader }) => leader === id).length;
    const [leader = settings.id, ...others] = [...nodes].sort((a, b) => leads(a) - leads(b) || b - a);
    const replicas = [leader, ...others].slice(0, replication);
    shard = `shard-${Object.keys(value.segments).length}`;
    const segment: StandInSegment = { topic, replicas, isr: replicas, leader, epoch: 1, waitingSince: null };
    return { ...value, segments: { ...value.segments, [shard]: segment } };
  });
  return shard;
}
