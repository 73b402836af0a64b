import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { sep } from 'node:path';
import { pollUntil } from './clock.js';
import { mustRun, runCommand } from './commands.js';
import { findServer } from './tools.js';

// Disks of bounded size in a file: an ext4 file system on a loop device, which the kernel frees with the mount.

/** A process that is just ending keeps a mount for a moment. */
const UNMOUNT_LIMIT_MS = 10_000;
/** The journal takes room of every disk, and is small: what is not synced is not to wait in it. */
const JOURNAL_MB = 8;
/** FS_IOC_SHUTDOWN: `_IOR('X', 125, __u32)`; 2: without writing the journal, and so as if the power went. */
const SHUTDOWN =
  'import fcntl,os,struct,sys\nfor f in sys.argv[1:]: fcntl.ioctl(os.open(f,os.O_RDONLY),0x8004587d,struct.pack("I",2))';

/** One such disk. Plain JSON. */
export interface LoopDisk {
  /** Where it is mounted: its root. */
  readonly folder: string;
  /** The file that it is in. */
  readonly image: string;
}

export interface Mount {
  readonly folder: string;
  readonly options: readonly string[];
}

const unescaped = (text: string): string =>
  text.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8)));

/** What is mounted in a folder or below it, the innermost first. */
export function mountsUnder(folder: string, table = readFileSync('/proc/self/mounts', 'utf8')): Mount[] {
  return table
    .split('\n')
    .map((line) => line.split(' '))
    .map(([, where = '', , options = '']) => ({ folder: unescaped(where), options: options.split(',') }))
    .filter((mount) => mount.folder === folder || mount.folder.startsWith(`${folder}${sep}`))
    .reverse();
}

const mountAt = (folder: string): Mount | undefined => mountsUnder(folder).find((mount) => mount.folder === folder);

export const isMounted = (folder: string): boolean => mountAt(folder) !== undefined;

/** Has the file system been shut down, so that nothing can be read or written until it is mounted again? */
export const isShutDown = (folder: string): boolean => mountAt(folder)?.options.includes('shutdown') === true;

/** The loop devices that have a file, whoever uses them: also those that are mounted where this process cannot see it. */
const devicesOf = (image: string): string[] =>
  readdirSync('/sys/block').filter((name) => {
    try {
      return readFileSync(`/sys/block/${name}/loop/backing_file`, 'utf8').trim() === image;
    } catch {
      return false;
    }
  });

const command = (name: string): string => findServer(name) ?? name;

/** A file of that size with an empty ext4 file system. It takes only the room that is used. */
export async function makeDisk(image: string, megabytes: number): Promise<void> {
  await mustRun(runCommand, 'truncate', ['-s', `${megabytes}M`, image]);
  // All of it is for the broker; and nothing is written later that would wait in the background.
  const options = ['-q', '-F', '-m', '0', '-J', `size=${JOURNAL_MB}`, '-E', 'lazy_itable_init=1'];
  await mustRun(runCommand, command('mkfs.ext4'), [...options, image]);
}

/** Mounts a disk; nothing if it is. What is in the journal is replayed, as after a loss of power. */
export async function mountDisk(image: string, folder: string, limitMs = UNMOUNT_LIMIT_MS): Promise<void> {
  if (isMounted(folder)) return;
  // Two mounts of one file would destroy what is in it.
  const busy = await pollUntil(() => Promise.resolve(devicesOf(image).length === 0 || undefined), {
    limitMs,
    everyMs: 20,
  });
  if (busy === undefined)
    throw new Error(
      `expected ${image} to be free, got ${devicesOf(image).join(', ')}: it is mounted by a program with other mounts (another namespace); end that one first`,
    );
  mkdirSync(folder, { recursive: true });
  const options = 'loop,noatime,nodev,nosuid,noinit_itable,discard';
  await mustRun(runCommand, command('mount'), ['-t', 'ext4', '-o', options, image, folder]);
}

/** Takes away everything that is mounted in a folder or below it, and the loop devices with it; nothing if there is none. Rejects if something stays. */
export async function unmountUnder(folder: string, limitMs = UNMOUNT_LIMIT_MS): Promise<void> {
  let problem = '';
  const gone = await pollUntil(
    async () => {
      for (const mount of mountsUnder(folder)) {
        const { code, stderr } = await runCommand(command('umount'), [mount.folder]);
        if (code !== 0) problem = stderr.trim();
      }
      return mountsUnder(folder).length === 0 || undefined;
    },
    { limitMs, everyMs: 50 },
  );
  if (gone === undefined) throw new Error(`${folder} could not be unmounted: ${problem}`);
}

/**
 * Takes the power from file systems: what was written and not synced is lost, and nothing can be read or written until they are mounted again. One file of each is
 * named.
 */
export async function shutDown(files: readonly string[]): Promise<void> {
  await mustRun(runCommand, 'python3', ['-I', '-c', SHUTDOWN, ...files]);
}

/** CAP_SYS_ADMIN is the 21st. */
const mayMount = (): boolean => {
  const [, effective = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return process.getuid?.() === 0 && ((BigInt(`0x${effective}`) >> 21n) & 1n) === 1n;
};

function hasLoops(): boolean {
  try {
    accessSync('/dev/loop-control', constants.R_OK | constants.W_OK);
    // A container may have the file and not be let in.
    closeSync(openSync('/dev/loop-control', 'r+'));
    return true;
  } catch {
    return false;
  }
}

/** A kernel with modules may load it. */
const hasExt4 = (): boolean =>
  /^\s*ext4$/m.test(readFileSync('/proc/filesystems', 'utf8')) || existsSync(`/lib/modules/${release()}`);

/** Why no disk of ours can be mounted on this host, with the remedy; undefined if it can. Changes nothing. */
export function diskProblem(tools: readonly string[] = []): string | undefined {
  if (!mayMount()) return 'mounting a disk needs root, with CAP_SYS_ADMIN';
  if (!hasLoops()) return '/dev/loop-control: expected loop devices, found none that can be used';
  if (!hasExt4()) return 'expected a kernel with ext4, found none';
  const missing = ['mount', 'umount', 'mkfs.ext4', ...tools].find((tool) => findServer(tool) === undefined);
  return (
    missing && `${missing}: expected for disks of the nodes, found nowhere; install util-linux, e2fsprogs and python3`
  );
}
