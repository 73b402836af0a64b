// One Temporal server on a sqlite file and one worker, shared by many clusters, both of which may be killed at any time and come back.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { connectClient, embeddedServer } from '../../src/temporal/connection.js';
import { commandLine, findOwned, isAlive, signalProcess, sweepOwned } from '../../src/host/os/processes.js';
import { liveUsers, readServer, useServer } from '../../src/host/temporal/state.js';
import { runTypeScript } from '../../testing/typescript.js';
import { environmentWithoutServer } from '../../testing/no-server.js';

const workerProgram = runTypeScript(new URL('./worker-that-passes.ts', import.meta.url));
const HOST = 'bench';

interface Kept {
  readonly isReady: () => boolean;
  readonly isAt: (pid: number) => boolean;
  /** SIGKILL, unless the one that follows the last is not there yet: then a run has no worker at this moment, either. */
  readonly kill: () => void;
  readonly deaths: () => number;
  readonly stop: () => Promise<unknown>;
}

/** Keeps one worker alive until it is stopped. */
function keepWorker(config: string, atWork: string, environment: NodeJS.ProcessEnv): Kept {
  let [stopped, ready, deaths] = [false, false, 0];
  let child: ChildProcessByStdio<null, Readable, null>;
  const begin = (): void => {
    ready = false;
    child = spawn(process.execPath, [...workerProgram, config, atWork], {
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.stdout.on('data', (chunk: Buffer) => (ready ||= chunk.toString().includes('ready')));
    child.once('close', () => {
      if (!stopped) begin();
    });
  };
  begin();
  return {
    isReady: () => ready,
    isAt: (pid) => child.pid === pid && child.exitCode === null && child.signalCode === null,
    kill: () => {
      if (!ready) return;
      ready = false;
      deaths += 1;
      child.kill('SIGKILL');
    },
    deaths: () => deaths,
    stop: () => {
      stopped = true;
      child.kill('SIGTERM');
      return new Promise((resolve) => child.once('close', resolve));
    },
  };
}

function killServer(dataRoot: string): boolean {
  const { process: server } = readServer(dataRoot) ?? {};
  return server && isAlive(server) ? signalProcess(server, 'SIGKILL') : false;
}

/** The cluster of a run that was terminated stays, with its keeper, until its lease is over. */
const LEASE_SECONDS = 30;

const configText = (cluster: string, scenario: string): string =>
  JSON.stringify({
    cluster: { name: cluster, driver: 'rehearsal' },
    host: { id: HOST },
    data_dir: 'data',
    schedule: { cron: '0 0 29 2 *' },
    timing: { lease_seconds: LEASE_SECONDS },
    scenarios: [
      { name: scenario, fault: 'broker-kill', target: 'robustmq-server', params: { victim: 'leader' }, core: true },
    ],
  });

/** A bound on a hang, not on speed: on a machine that is busy with other things each death costs many seconds. */
const ANSWER_LIMIT_MS = 600_000;

/** Asks until there is an answer: server and worker may both be dead just now. What the program itself refuses is an answer. */
async function insist<T>(what: string, ask: () => Promise<T>): Promise<T> {
  const end = Date.now() + ANSWER_LIMIT_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > end) throw new Error(`${what}: no answer within ${ANSWER_LIMIT_MS} ms`, { cause: error });
      await sleep(200);
    }
  }
}

async function end(root: string, dataRoot: string): Promise<void> {
  const left = () => [
    ...findOwned((owner) => owner.startsWith(root)),
    ...liveUsers(dataRoot).map((user) => user.process),
  ];
  const until = Date.now() + LEASE_SECONDS * 1000 + 20_000;
  while (left().length > 0 && Date.now() < until) await sleep(100);
  const found = left().map(({ pid }) => `${pid} ${commandLine(pid) || '(gone meanwhile)'}`);
  await sweepOwned((owner) => owner.startsWith(root));
  rmSync(root, { recursive: true, force: true });
  if (found.length > 0) throw new Error(`processes were left behind, and had to be ended:\n${found.join('\n')}`);
}

export interface Stage {
  readonly dataRoot: string;
  readonly configsOf: (cluster: string) => Readonly<Record<'fails' | 'passes', string>>;
  /** Calls `ask` with a client until it resolves. */
  readonly ask: <T>(what: string, ask: (client: Client) => Promise<T>) => Promise<T>;
  /** No worker that lives is counting for this cluster, or pausing its schedule. */
  readonly isQuiet: (cluster: string) => boolean;
  readonly kill: Readonly<Record<'worker' | 'server', () => void>>;
  readonly deaths: () => { readonly worker: number; readonly server: number };
  readonly isReady: () => boolean;
  readonly close: () => Promise<void>;
}

export function openStage(): Stage {
  const root = mkdtempSync(join(tmpdir(), 'robustmq-chaos-bench-'));
  const [dataRoot, atWork] = [join(root, 'data'), join(root, 'at-work')];
  mkdirSync(dataRoot);
  mkdirSync(atWork);
  const write = (name: string, cluster: string, scenario: string): string => {
    const file = join(root, `${name}.yml`);
    writeFileSync(file, configText(cluster, scenario));
    return file;
  };
  const leave = useServer(dataRoot, 'command');
  const worker = keepWorker(write('worker', 'none', 'fails'), atWork, environmentWithoutServer());
  let serverDeaths = 0;
  /** One connection for each address that the server has had. */
  const clients = new Map<string, Promise<Client>>();
  const connected = async (): Promise<Client> => {
    const place = embeddedServer(dataRoot);
    if (place === undefined) throw new Error('no server just now');
    const client = clients.get(place.address) ?? connectClient(place);
    clients.set(place.address, client);
    return client.catch((error: unknown) => {
      clients.delete(place.address);
      throw error;
    });
  };
  return {
    dataRoot,
    configsOf: (cluster) => ({
      fails: write(`${cluster}-fails`, cluster, 'fails'),
      passes: write(`${cluster}-passes`, cluster, 'passes'),
    }),
    ask: (what, ask) => insist(what, async () => ask(await connected())),
    isQuiet: (cluster) =>
      readdirSync(atWork).every((mark) => !mark.startsWith(`${cluster}.`) || !worker.isAt(Number(mark.split('.')[1]))),
    kill: { worker: worker.kill, server: () => void (serverDeaths += killServer(dataRoot) ? 1 : 0) },
    deaths: () => ({ worker: worker.deaths(), server: serverDeaths }),
    isReady: worker.isReady,
    close: async () => {
      await worker.stop();
      for (const client of await Promise.allSettled(clients.values()))
        if (client.status === 'fulfilled') await client.value.connection.close();
      leave();
      await end(root, dataRoot);
    },
  };
}
