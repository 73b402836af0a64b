import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { ChaosError } from '../../domain/errors.js';

/** What the kernel allows this process, its user, and its container or service. `Infinity` where it sets no bound. */
export interface HostLimits {
  readonly openFiles: number;
  /** Bytes of addresses, and of one file. */
  readonly addressSpace: number;
  readonly fileSize: number;
  /** Processes and threads that may still be started. */
  readonly userThreadsLeft: number;
  readonly groupThreadsLeft: number;
}

/** One limit against what is needed of it. `name` and `raise` are for a person. */
export interface LimitFinding {
  readonly name: string;
  readonly needs: number;
  readonly has: number;
  readonly raise: string;
}

const GB = 1024 ** 3;
/** With fewer open files not even this program's own modules can be loaded. */
const TO_LOAD_FILES = 256;
/** A worker was seen with 266; every Linux allows so many unless told otherwise. */
const FILES = 1024;
/** Node, Go and Java reserve many times of what they use: the worker was seen with 23 GB. */
const ADDRESSES = 32 * GB;
/** The database of the Temporal server that comes with the program. */
const FILE_SIZE = GB;
/** All of a round on two processors: 159 were seen. What runs on every processor has threads for each. */
const THREADS = 256;
const THREADS_PER_PROCESSOR = 16;

/** May start what it likes although its user's limit is reached (`man 2 setrlimit`): bits of CapEff. */
const CAP_SYS_ADMIN = 1n << 21n;
const CAP_SYS_RESOURCE = 1n << 24n;

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** The bound that is in force, of a line of `/proc/self/limits`. */
export function softLimit(limits: string, name: string): number {
  const [, value = 'unlimited'] = new RegExp(`^${name} +(\\S+)`, 'm').exec(limits) ?? [];
  return value === 'unlimited' ? Infinity : Number(value);
}

const field = (status: string, name: string): string => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? '0';

/** Every thread of this user, as the kernel counts them. */
export function threadsOfUser(uid: string): number {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  const statuses = pids.map((pid) => read(`/proc/${pid}/status`) ?? '');
  return statuses.reduce(
    (sum, status) => (field(status, 'Uid') === uid ? sum + Number(field(status, 'Threads')) : sum),
    0,
  );
}

function userThreadsLeft(limits: string): number {
  const most = softLimit(limits, 'Max processes');
  const status = read('/proc/self/status') ?? '';
  const may = BigInt(`0x${field(status, 'CapEff')}`) & (CAP_SYS_ADMIN | CAP_SYS_RESOURCE);
  const uid = field(status, 'Uid');
  if (most === Infinity || uid === '0' || may !== 0n) return Infinity;
  return Math.max(0, most - threadsOfUser(uid));
}

/** The folders of the control group in which processes are counted, from the own one up. */
export function countedGroups(cgroup: string): string[] {
  const lines = cgroup.split('\n').map((line) => /^\d+:([^:]*):(.*)$/.exec(line) ?? []);
  const [, controllers = '', path] =
    lines.find(([, names = '']) => names.split(',').includes('pids')) ?? lines.find(([, names]) => names === '') ?? [];
  if (path === undefined) return [];
  const up = (folder: string): string[] => (folder === '/' ? [''] : [folder, ...up(dirname(folder))]);
  return up(join('/', path)).map((folder) => join('/sys/fs/cgroup', controllers, folder));
}

function groupThreadsLeft(): number {
  const left = countedGroups(read('/proc/self/cgroup') ?? '').map((folder) => {
    const most = Number(read(join(folder, 'pids.max')) ?? 'max');
    return Number.isNaN(most) ? Infinity : most - Number(read(join(folder, 'pids.current')) ?? 0);
  });
  return Math.max(0, Math.min(Infinity, ...left));
}

/** Node has raised its soft limit of open files to the hard one by now, and so have its children. */
export function hostLimits(): HostLimits {
  const limits = read('/proc/self/limits') ?? '';
  return {
    openFiles: softLimit(limits, 'Max open files'),
    addressSpace: softLimit(limits, 'Max address space'),
    fileSize: softLimit(limits, 'Max file size'),
    userThreadsLeft: userThreadsLeft(limits),
    groupThreadsLeft: groupThreadsLeft(),
  };
}

const raiseBy = (ulimit: string, unit: string, container: string): string =>
  `raise it by "ulimit ${ulimit}" before the start, ${unit} in a systemd unit, or ${container} of a container`;

/** Every limit that a round can come up against, whether it is high enough or not. */
export function limitFindings(has: HostLimits, processors = availableParallelism()): LimitFinding[] {
  const threads = THREADS + processors * THREADS_PER_PROCESSOR;
  return [
    {
      name: 'open files of one process (ulimit -n)',
      needs: FILES,
      has: has.openFiles,
      raise: raiseBy('-n 65536', 'LimitNOFILE=65536', '--ulimit nofile=65536'),
    },
    {
      name: 'processes and threads that this user may still start (ulimit -u)',
      needs: threads,
      has: has.userThreadsLeft,
      raise: raiseBy('-u 4096', 'LimitNPROC=4096', '--ulimit nproc=4096'),
    },
    {
      name: 'processes and threads that this container or service may still start (pids.max)',
      needs: threads,
      has: has.groupThreadsLeft,
      raise: 'raise it by TasksMax=4096 in a systemd unit, or --pids-limit 4096 of a container',
    },
    {
      name: 'bytes of address space of one process (ulimit -v)',
      needs: ADDRESSES,
      has: has.addressSpace,
      raise: raiseBy('-v unlimited', 'LimitAS=infinity', '--ulimit as=-1'),
    },
    {
      name: 'bytes of one file (ulimit -f)',
      needs: FILE_SIZE,
      has: has.fileSize,
      raise: raiseBy('-f unlimited', 'LimitFSIZE=infinity', '--ulimit fsize=-1'),
    },
  ];
}

/** What is needed, what there is, and how to raise it. */
export const describeFinding = ({ needs, has, raise }: LimitFinding): string => `needs ${needs}, has ${has}; ${raise}`;

export const tooLow = ({ needs, has }: LimitFinding): boolean => has < needs;

/** Refuses what would fail half-way, with everything that is too low at once. */
export function requireLimits(findings = limitFindings(hostLimits())): void {
  const low = findings.filter(tooLow);
  if (low.length > 0)
    throw new ChaosError('HOST_LIMIT', low.map((one) => `${one.name}: ${describeFinding(one)}`).join('; '));
}

/** The same for the program itself: with so few open files Node could not load it, and would not say why. */
export function requireFilesToLoad(): void {
  const { openFiles } = hostLimits();
  if (openFiles < TO_LOAD_FILES) requireLimits();
}
