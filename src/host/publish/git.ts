import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ErrorCode } from '../../domain/errors.js';
import { signalGroup } from '../os/processes.js';
import { RemoteError } from '../remote/remote-error.js';
import type { PublishContext } from './contract.js';

/** Runs git in one repository, with nothing of the user's own settings. Rejects with a `RemoteError`. */
export type Git = (args: readonly string[], options?: GitOptions) => Promise<string>;

export interface GitOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  /** Exit statuses that are answers, beside 0. */
  readonly accept?: readonly number[];
}

const COMMITTER = 'robustmq-chaos-test';

/** Names in the folder of the work, in which git and ssh run. */
const KEY = 'ssh-key';
const KNOWN_HOSTS = 'ssh-known-hosts';

/** ssh would expand `%` and variables in the paths of its files, and split them at spaces: it gets names without any of that. */
function linkFiles(workDir: string, files: Readonly<Record<string, string>>): void {
  for (const [name, file] of Object.entries(files)) {
    rmSync(join(workDir, name), { force: true });
    symlinkSync(file, join(workDir, name));
  }
}

/** What ssh may use: this key, these hosts, and nobody to ask. */
const sshCommand = (): string => {
  const options = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'PreferredAuthentications=publickey',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${KNOWN_HOSTS}`,
    'GlobalKnownHostsFile=/dev/null',
    'UpdateHostKeys=no',
    'ControlPath=none',
    'ConnectTimeout=15',
    'ServerAliveInterval=10',
    'ServerAliveCountMax=3',
  ];
  return ['ssh', '-F', '/dev/null', '-i', KEY, ...options.flatMap((option) => ['-o', option])].join(' ');
};

export function createGit(
  gitDir: string,
  ssh: { readonly keyFile: string; readonly knownHosts: string },
  { signal, timeoutMs, workDir }: PublishContext,
): Git {
  linkFiles(workDir, { [KEY]: ssh.keyFile, [KNOWN_HOSTS]: ssh.knownHosts });
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: workDir,
    LC_ALL: 'C',
    GIT_DIR: gitDir,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: sshCommand(),
    GIT_SSH_VARIANT: 'ssh',
    GIT_AUTHOR_NAME: COMMITTER,
    GIT_AUTHOR_EMAIL: `${COMMITTER}@localhost`,
    GIT_COMMITTER_NAME: COMMITTER,
    GIT_COMMITTER_EMAIL: `${COMMITTER}@localhost`,
  };
  return async (args, options = {}) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const running = execa('git', ['-c', 'gc.auto=0', '-c', 'maintenance.auto=false', ...args], {
      cwd: workDir,
      env: { ...env, ...options.env },
      extendEnv: false,
      // A process group of its own: git leaves ssh behind when it alone is ended, and ssh holds the pipes.
      detached: true,
      reject: false,
      stripFinalNewline: false,
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    });
    const ran = await endedBy(running, signal === undefined ? limit : AbortSignal.any([signal, limit]));
    if (ran.exitCode === 0 || options.accept?.includes(ran.exitCode ?? -1)) return ran.stdout;
    signal?.throwIfAborted();
    throw gitError(args, ran, limit.aborted ? timeoutMs : null);
  };
}

/** A process group that has not ended this long after SIGTERM gets SIGKILL. */
const GRACE_MS = 2000;

/** Waits for the end of a process that leads a process group, and ends the whole group when the signal says so. */
async function endedBy<T>(running: Promise<T> & { readonly pid?: number | undefined }, stop: AbortSignal): Promise<T> {
  let killing: NodeJS.Timeout | undefined;
  const endGroup = (): void => {
    signalGroup(running, 'SIGTERM');
    killing = setTimeout(() => signalGroup(running, 'SIGKILL'), GRACE_MS);
  };
  if (stop.aborted) endGroup();
  stop.addEventListener('abort', endGroup, { once: true });
  try {
    return await running;
  } finally {
    stop.removeEventListener('abort', endGroup);
    clearTimeout(killing);
  }
}

interface Ran {
  readonly code?: string | undefined;
  readonly stderr: string;
  readonly stdout: string;
}

/** What ssh and git say, in the order in which it is looked for; `LC_ALL=C` keeps the words. */
const SAYINGS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/REMOTE HOST IDENTIFICATION HAS CHANGED/, 'HOST_KEY_CHANGED'],
  [/Host key verification failed|No \S+ host key is known/, 'HOST_KEY_UNKNOWN'],
  [/bad permissions|UNPROTECTED PRIVATE KEY|error in libcrypto|invalid format/, 'KEY_UNUSABLE'],
  [/Permission denied|marked as read only/, 'REMOTE_DENIED'],
  [/Repository not found|does not appear to be a git repository|couldn't find remote ref/, 'REMOTE_MISSING'],
  [/cannot run ssh/, 'PREFLIGHT_FAILED'],
  [
    /Could not resolve|Connection (refused|timed out|closed|reset)|No route to host|unreachable|kex_exchange_identification|Broken pipe|the remote end hung up|early EOF|Timeout, server/,
    'REMOTE_UNREACHABLE',
  ],
];

/** `limitMs`: the limit that was passed, or null. */
function gitError(args: readonly string[], { code, stderr, stdout }: Ran, limitMs: number | null): RemoteError {
  const what = `git ${args.find((arg) => !arg.startsWith('-')) ?? ''}`;
  if (code === 'ENOENT') return new RemoteError('PREFLIGHT_FAILED', `${what}: expected git on PATH, found none`);
  if (limitMs !== null) return new RemoteError('REMOTE_UNREACHABLE', `${what}: no end within ${limitMs / 1000} s`);
  const said = `${stderr}\n${stdout}`;
  const known = SAYINGS.find(([words]) => words.test(said));
  return new RemoteError(known?.[1] ?? 'REMOTE_REFUSED', `${what}: ${gist(said, known?.[0])}`);
}

/** The line that says why, with the words around it; without banners. */
function gist(said: string, words: RegExp | undefined): string {
  const lines = said.split('\n').map((line) => line.trim());
  const telling = lines.filter((line) => line !== '' && !/^[@\s]*$/.test(line));
  const first =
    words === undefined
      ? 0
      : Math.max(
          0,
          telling.findIndex((line) => words.test(line)),
        );
  return telling
    .slice(first, first + 3)
    .join(' · ')
    .replace(/^@\s*|\s*@$/g, '')
    .slice(0, 400);
}
