// The production set-up's services, each started as docker-compose.yml says, but as processes of this machine on ports of their own.

import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isListening } from '../../src/host/os/ports.js';
import type { Compose } from '../../testing/compose.js';
import { finish, waitFor, type Service, type Stage } from '../stage.js';

const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/** Where Debian puts the programs of a PostgreSQL of this major version. */
export function postgresBinaries(major: string): string {
  const folder = join(DEBIAN_POSTGRES, major, 'bin');
  if (existsSync(join(folder, 'postgres'))) return folder;
  const found = existsSync(DEBIAN_POSTGRES) ? readdirSync(DEBIAN_POSTGRES).join(', ') : 'none';
  throw new Error(
    `PostgreSQL ${major} (as in docker-compose.yml): expected in ${folder}, found ${found}. Debian: apt-get install postgresql-${major}`,
  );
}

/** The account that PostgreSQL runs as: it refuses root. */
function postgresAccount(): { readonly options: readonly string[]; readonly own: (path: string) => void } {
  if (process.getuid?.() !== 0) return { options: [], own: () => undefined };
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  const [uid, gid] = [id('-u'), id('-g')];
  return {
    options: ['--reuid', String(uid), '--regid', String(gid), '--clear-groups'],
    own: (path) => {
      chownSync(path, uid, gid);
    },
  };
}

export interface Postgres {
  readonly bin: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** A PostgreSQL of its own: a new database cluster in the stage's folder, one user with a password, loopback only. */
export async function startPostgres(stage: Stage, { bin, port, user, password }: Postgres): Promise<Service> {
  const account = postgresAccount();
  const home = join(stage.folder, 'postgres');
  const secret = join(home, 'password');
  mkdirSync(home);
  chmodSync(stage.folder, 0o755);
  writeFileSync(secret, password, { mode: 0o600 });
  for (const path of [home, secret]) account.own(path);
  const data = join(home, 'data');
  const common = { user: account.options, cwd: home };
  const init = ['-D', data, '-U', user, `--pwfile=${secret}`, '--auth=scram-sha-256', '-E', 'UTF8', '--locale=C.UTF-8'];
  await finish(stage.start('postgres-initdb', [join(bin, 'initdb'), ...init], common));
  const flags = ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-k', home];
  // SIGQUIT, if the command is killed: PostgreSQL then still gives back its shared memory.
  const server = stage.start('postgres', [join(bin, 'postgres'), ...flags], { ...common, signal: 'QUIT' });
  const check = [join(bin, 'pg_isready'), '-h', '127.0.0.1', '-p', String(port), '-U', user, '-d', 'postgres', '-q'];
  await waitFor('PostgreSQL', () => Promise.resolve(succeeds(check)), { of: [server] });
  return server;
}

function succeeds([program = '', ...args]: readonly string[]): true | undefined {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return undefined;
  }
}

/** The server's ports are all ours: another Temporal on this machine is not disturbed. */
const serverPorts = ([frontend, http, ...others]: readonly number[]): Record<string, number | undefined> => ({
  FRONTEND_GRPC_PORT: frontend,
  FRONTEND_HTTP_PORT: http,
  ...Object.fromEntries(
    [
      'FRONTEND_MEMBERSHIP_PORT',
      'MATCHING_GRPC_PORT',
      'MATCHING_MEMBERSHIP_PORT',
      'HISTORY_GRPC_PORT',
      'HISTORY_MEMBERSHIP_PORT',
      'WORKER_GRPC_PORT',
      'WORKER_MEMBERSHIP_PORT',
    ].map((name, i) => [name, others[i]]),
  ),
});
export const SERVER_PORTS = 9;

/** One of the jobs that end: `schema` or `namespace`. */
export const runJob = (stage: Stage, compose: Compose, name: string, tools: string): Promise<void> =>
  finish(
    stage.start(name, compose.command(name), {
      env: { ...compose.environment(name), PATH: `${tools}:${process.env['PATH'] ?? ''}` },
    }),
  );

/** Temporal's server with all its parts in one process. */
export async function startTemporal(
  stage: Stage,
  compose: Compose,
  { tools, ports }: { readonly tools: string; readonly ports: readonly number[] },
): Promise<Service> {
  const [program = '', ...args] = compose.command('temporal');
  const given = Object.fromEntries(Object.entries(serverPorts(ports)).map(([name, port]) => [name, String(port)]));
  const server = stage.start('temporal', [join(tools, program), ...args], {
    env: { ...compose.environment('temporal'), ...given },
  });
  await waitFor('the Temporal server', async () => ((await isListening(ports[0] ?? 0)) ? true : undefined), {
    of: [server],
  });
  return server;
}

/** A worker of ours, as the image would start it; ready when it says so, and when the image's health check agrees. */
export async function startWorker(
  stage: Stage,
  compose: Compose,
  { name, home }: { readonly name: string; readonly home: string },
): Promise<Service> {
  const options = { cwd: home, env: compose.environment('worker') };
  const worker = stage.start(name, compose.command('worker'), options);
  const isReady = (): Promise<true | undefined> =>
    Promise.resolve(readFileSync(worker.log, 'utf8').includes('worker ready') || undefined);
  await waitFor(`${name} to be ready`, isReady, { of: [worker] });
  await finish(stage.start(`${name}-health`, compose.healthCheck('worker'), options));
  return worker;
}
