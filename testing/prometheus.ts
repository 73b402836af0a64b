import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { freePorts, listensOn, portTakenIn } from '../src/host/os/ports.js';
import { childEnvironment, isAlive, spawnDetached } from '../src/host/os/processes.js';
import { installRoot } from '../src/host/os/tools.js';
import { mustPoll } from './rounds/round.js';

export const PROMETHEUS_FOLDER = join(installRoot, 'deploy', 'prometheus');
const TRIES = 3;

/** One series of an answer, with its last value. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: string;
}

export interface Prometheus {
  readonly query: (expression: string) => Promise<readonly Series[]>;
  readonly alerts: () => Promise<readonly Alert[]>;
}

interface Config {
  global: Record<string, string>;
  rule_files: string[];
  scrape_configs: { static_configs: { targets: string[] }[] }[];
}

/** Our example, with another target and without its patience. */
function configFor(target: string): string {
  const config = parse(readFileSync(join(PROMETHEUS_FOLDER, 'prometheus.yml'), 'utf8')) as Config;
  config.global = Object.fromEntries(Object.keys(config.global).map((key) => [key, '1s']));
  config.rule_files = config.rule_files.map((file) => join(PROMETHEUS_FOLDER, file));
  config.scrape_configs[0]!.static_configs = [{ targets: [target] }];
  return stringify(config);
}

/** A real Prometheus with our configuration, that asks `target` (host:port) every second. All of it lies in `folder`, whose mark it has. */
export async function startPrometheus(folder: string, target: string): Promise<Prometheus> {
  const configFile = join(folder, 'prometheus.yml');
  writeFileSync(configFile, configFor(target));
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const url = await tryToStart(folder, configFile, tries);
    if (url !== undefined) return clientOf(url);
  }
  throw new Error(`somebody else took the port of Prometheus, ${TRIES} times`);
}

/** Undefined if somebody else had the port by the time that it was to be bound. */
async function tryToStart(folder: string, configFile: string, tries: number): Promise<string | undefined> {
  const [port = 0] = freePorts(1);
  const logFile = join(folder, `prometheus-${tries}.log`);
  const server = await spawnDetached({
    command: 'prometheus',
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(folder, `prometheus-${tries}`)}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    env: childEnvironment(`${folder}#prometheus`, {}),
    cwd: folder,
    logFile,
  });
  const url = `http://127.0.0.1:${port}`;
  const state = await mustPoll('Prometheus', async () => {
    if (!isAlive(server)) return 'ended';
    const { ok } = await fetch(`${url}/-/ready`).catch(() => ({ ok: false }));
    return ok && listensOn(server.pid, port) ? 'up' : undefined;
  });
  if (state === 'up') return url;
  if (!portTakenIn([logFile])) throw new Error(`Prometheus ended: ${readFileSync(logFile, 'utf8')}`);
  return undefined;
}

function clientOf(url: string): Prometheus {
  const ask = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${url}/api/v1/${path}`);
    const body = (await answer.json()) as { readonly status: string; readonly error?: string; readonly data: T };
    if (body.status !== 'success') throw new Error(`Prometheus answers ${body.error ?? answer.status} to ${path}`);
    return body.data;
  };
  return {
    query: async (expression) =>
      (await ask<{ readonly result: Series[] }>(`query?query=${encodeURIComponent(expression)}`)).result,
    alerts: async () => (await ask<{ readonly alerts: Alert[] }>('alerts')).alerts,
  };
}
