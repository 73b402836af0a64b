/** What a fault needs that a cluster has from its start on. Empty: a plain cluster. */
export interface StartedWith {
  /** The data of each node is on a disk of its own: an ext4 file system of bounded size in a file. */
  readonly disks?: 'ext4';
  /** The broker syncs each write to its disk before it says that it has it. */
  readonly sync?: 'always';
}

const TEXTS: { readonly [Key in keyof StartedWith]-?: string } = {
  disks: 'a disk for each node, in a file (ext4)',
  sync: 'brokers that sync each write',
};

const keysOf = (start: StartedWith): (keyof StartedWith)[] =>
  (Object.keys(TEXTS) as (keyof StartedWith)[]).filter((key) => start[key] !== undefined);

export const isSameStart = (one: StartedWith, other: StartedWith): boolean =>
  keysOf(one).join() === keysOf(other).join();

/** In words, for a report: `with a disk for each node, in a file (ext4)`. */
export const startText = (start: StartedWith): string =>
  keysOf(start).length === 0
    ? 'as a plain cluster'
    : `with ${keysOf(start)
        .map((key) => TEXTS[key])
        .join(' and ')}`;

/** What of it a driver cannot start a cluster with; empty if it can. */
export const cannotStart = (start: StartedWith, able: readonly (keyof StartedWith)[]): string[] =>
  keysOf(start)
    .filter((key) => !able.includes(key))
    .map((key) => TEXTS[key]);
