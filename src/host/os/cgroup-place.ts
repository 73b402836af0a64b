import { accessSync, constants, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export type Controller = 'cpu' | 'memory';

/** Where a process is among the control groups of one controller, and where a group of ours for it can be made. Folders; plain JSON. */
export interface CgroupPlace {
  readonly version: 1 | 2;
  /** The group in which the process is. */
  readonly home: string;
  /** The group in which ours is made: bounds that hold for the process go on holding. */
  readonly parent: string;
}

/** What is known of a process and of this host; a value, so that every kind of host can be tested. */
export interface CgroupView {
  /** `/proc/<pid>/cgroup` */
  readonly cgroup: string;
  /** `/proc/self/mountinfo` */
  readonly mounts: string;
  /** Controllers that a group of version 2 passes on to the groups in it. */
  readonly passedOn: (folder: string) => readonly string[];
}

interface Mount {
  readonly root: string;
  readonly folder: string;
  readonly kind: string;
  readonly options: readonly string[];
}

function mountsIn(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const [, , , root = '', folder = ''] = left.split(' ');
    const [kind = '', , options = ''] = right.split(' ');
    return kind.startsWith('cgroup') ? [{ root, folder, kind, options: options.split(',') }] : [];
  });
}

/** The path of a process's group in one hierarchy: by its controller in version 1, by none in version 2. */
const pathIn = (cgroup: string, controller: string): string | undefined =>
  cgroup
    .split('\n')
    .map((line) => /^\d+:([^:]*):(.*)$/.exec(line) ?? [])
    .find(([, names]) => names?.split(',').includes(controller))?.[2];

/** A mount may show a part of the tree only, as in a container; a group outside of that part is not guessed. */
function folderIn({ root, folder }: Mount, path: string): string | undefined {
  const inside = root === '/' ? !path.startsWith('/..') : path === root || path.startsWith(`${root}/`);
  return inside ? resolve(join(folder, root === '/' ? path : path.slice(root.length))) : undefined;
}

/** In version 2 a group with processes has no groups with controllers in it (but the root): ours is made beside it, or further up. */
function parentInVersion2(home: string, top: string, wanted: string, view: CgroupView): string | undefined {
  for (let folder = home === top ? home : dirname(home); ; folder = dirname(folder)) {
    if (view.passedOn(folder).includes(wanted)) return folder;
    if (folder === top || folder === '/') return undefined;
  }
}

/** The place of a process; or in words why it has none. Version 1 comes first: where a controller is there, version 2 does not have it. */
export function findPlace(controller: Controller, view: CgroupView): CgroupPlace | string {
  const mounts = mountsIn(view.mounts);
  const old = mounts.find(({ kind, options }) => kind === 'cgroup' && options.includes(controller));
  const oldPath = old && pathIn(view.cgroup, controller);
  const oldHome = oldPath === undefined ? undefined : folderIn(old as Mount, oldPath);
  if (oldHome !== undefined) return { version: 1, home: oldHome, parent: oldHome };
  const unified = mounts.find(({ kind }) => kind === 'cgroup2');
  const path = pathIn(view.cgroup, '');
  const home = unified === undefined || path === undefined ? undefined : folderIn(unified, path);
  if (unified === undefined || home === undefined)
    return `expected a mount of cgroups with the controller ${controller}, found none that shows the group of the process`;
  const parent = parentInVersion2(home, unified.folder, controller, view);
  return parent === undefined
    ? `expected a control group above ${home} that passes on ${controller} (cgroup.subtree_control), found none`
    : { version: 2, home, parent };
}

const readOr = (path: string, none = ''): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return none;
  }
};

/** Where a process of this host is, and whether we may move it there and back; or why not. Changes nothing. */
export function placeOf(controller: Controller, pid: number | 'self'): CgroupPlace | string {
  const place = findPlace(controller, {
    cgroup: readOr(`/proc/${pid}/cgroup`),
    mounts: readOr('/proc/self/mountinfo'),
    passedOn: (folder) => readOr(join(folder, 'cgroup.subtree_control')).trim().split(' '),
  });
  if (typeof place === 'string') return place;
  const shut = [place.parent, join(place.home, 'cgroup.procs')].find((path) => !isWritable(path));
  return shut === undefined ? place : `${shut} cannot be written; it needs root, and cgroups that are not read-only`;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Why no process of this host can be put into a group of its own; undefined if it can. */
export function cgroupProblem(controller: Controller): string | undefined {
  const place = placeOf(controller, 'self');
  return typeof place === 'string' ? place : undefined;
}
