import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';

const SSHD = '/usr/sbin/sshd';

/** Why there can be no sshd here; undefined if there can. Continuous integration has to have one. */
export function sshdMissing(): string | undefined {
  if (existsSync(SSHD)) return undefined;
  if (process.env['CI'] === 'true') throw new Error(`expected ${SSHD} (Debian package openssh-server)`);
  return `${SSHD} is not there (Debian package openssh-server)`;
}

export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** Private keys by name: `deploy`, `oldHost` (whose owner finds a host that knows only git's first protocol), and `stranger`, who is not let in. */
  readonly key: (name: string) => string;
  /** A known-hosts file with the host's key. */
  readonly knownHosts: string;
  /** How often somebody was let in. */
  readonly logins: () => number;
  /** The same port with another host key, as after a reinstallation, or with somebody in between. */
  readonly restart: (change: { readonly newHostKey: boolean }) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const keygen = (file: string, ...args: readonly string[]): void =>
  void execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', file, ...args]);

/** A real sshd on loopback that lets its keys run git alone, as a Git host does. */
export async function startSshd(folder: string): Promise<Sshd> {
  const at = (name: string): string => join(folder, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of ['deploy', 'oldHost', 'stranger']) keygen(at(name));
  const allow = (name: string, before: string): string =>
    `restrict,command="${before}git-shell -c \\"$SSH_ORIGINAL_COMMAND\\"" ${readFileSync(at(`${name}.pub`), 'utf8')}`;
  const allowed = `${allow('deploy', '')}${allow('oldHost', 'unset GIT_PROTOCOL; ')}`;
  writeFileSync(at('authorized_keys'), allowed, { mode: 0o600 });
  writeFileSync(
    at('sshd_config'),
    [
      `HostKey ${at('host')}`,
      `AuthorizedKeysFile ${at('authorized_keys')}`,
      'PidFile none',
      // The temporary folder belongs to everybody.
      'StrictModes no',
      'UsePAM no',
      'AcceptEnv GIT_PROTOCOL',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'LogLevel VERBOSE',
      '',
    ].join('\n'),
  );
  const log = at('sshd.log');
  let madeRunFolder = false;
  if (userInfo().uid === 0 && !existsSync('/run/sshd')) {
    mkdirSync('/run/sshd', { mode: 0o755 });
    madeRunFolder = true;
  }
  const newHostKey = (): void => {
    execFileSync('rm', ['-f', at('host'), at('host.pub')]);
    keygen(at('host'));
    chmodSync(at('host'), 0o600);
  };
  // The port is held here from first to last, so that nobody else can take it; each connection has an sshd of its own.
  const running = new Set<ChildProcess>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    const child = spawn(SSHD, ['-i', '-f', at('sshd_config'), '-E', log], { stdio: [socket, socket, 'ignore'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const endAll = async (): Promise<void> => {
    const ended = [...running].map((child) => once(child, 'exit'));
    for (const child of running) child.kill('SIGTERM');
    await Promise.all(ended);
  };
  newHostKey();
  writeFileSync(log, '');
  const knownHosts = at('known_hosts');
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${readFileSync(at('host.pub'), 'utf8')}`);
  return {
    port,
    user: userInfo().username,
    key: at,
    knownHosts,
    logins: () => [...readFileSync(log, 'utf8').matchAll(/Accepted publickey/g)].length,
    restart: async (change) => {
      await endAll();
      if (change.newHostKey) newHostKey();
    },
    stop: async () => {
      await endAll();
      await new Promise((resolve) => server.close(resolve));
      if (madeRunFolder) rmdirSync('/run/sshd');
    },
  };
}
