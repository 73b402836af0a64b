// docker-compose.yml as the command reads it: the same commands and the same environment, with this machine's addresses in place of the containers'.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** What stands in place of the containers' addresses and files. */
export interface Here {
  readonly variables: Readonly<Record<string, string>>;
  readonly postgresPort: number;
  readonly temporalPort: number;
  readonly config: string;
}

interface Service {
  readonly image: string;
  readonly environment: Readonly<Record<string, unknown>>;
  readonly entrypoint?: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: { readonly test: readonly string[] };
}

export interface Compose {
  /** Of Temporal's server. */
  readonly version: string;
  readonly postgresMajor: string;
  readonly environment: (service: string) => Record<string, string>;
  /** What a service runs. Where the image says it, here as well: of the server the end of its entry point. */
  readonly command: (service: string) => string[];
  /** The health check of a service that asks a program of ours. */
  readonly healthCheck: (service: string) => string[];
}

/** Puts values in for `${NAME:?...}`, where a name without a value is an error as it is for docker-compose, and for `${NAME:-default}`. */
const interpolate = (text: string, variables: Here['variables']): string =>
  text.replace(/\$\{(\w+)(?::(-|\?)([^}]*))?\}/g, (_all, name: string, kind?: string, rest?: string) => {
    if (variables[name]) return variables[name];
    if (kind === '-') return rest ?? '';
    throw new Error(`docker-compose.yml: no value for ${name}`);
  });

/** @param root the project's folder */
export function readCompose(root: string, here: Here): Compose {
  const text = interpolate(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), here.variables);
  const { services } = parse(text) as { readonly services: Readonly<Record<string, Service>> };
  const service = (name: string): Service => {
    const found = services[name];
    if (found === undefined) throw new Error(`docker-compose.yml: no service ${name}`);
    return found;
  };
  const tagOf = (name: string): string => service(name).image.split(':')[1] ?? '';
  const outside = (value: unknown): string => inPlaceOf(String(value), root, here);
  return {
    version: tagOf('temporal'),
    postgresMajor: tagOf('postgres').split('.')[0] ?? '',
    environment: (name) =>
      Object.fromEntries(Object.entries(service(name).environment).map(([key, value]) => [key, outside(value)])),
    command: (name) =>
      name === 'temporal'
        ? ['temporal-server', 'start']
        : [...(service(name).entrypoint ?? []), ...service(name).command].map(outside),
    healthCheck: (name) => service(name).healthcheck.test.slice(1).map(outside),
  };
}

/** Outside a container: its service's name is loopback, its port is one of ours, its folders are the project's. */
function inPlaceOf(value: string, root: string, { postgresPort, temporalPort, config }: Here): string {
  const known: Readonly<Record<string, string>> = {
    postgres: '127.0.0.1',
    '0.0.0.0': '127.0.0.1',
    5432: String(postgresPort),
    'temporal:7233': `127.0.0.1:${temporalPort}`,
    'config/default.yml': config,
  };
  return known[value] ?? value.replace(/^\/deploy\//, `${join(root, 'deploy')}/`);
}
