// docker-compose.yml as the command reads it: the same commands and the same environment, with this machine's addresses in place of the containers'.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** Puts values in for `${NAME:?...}`, where a name without a value is an error as it is for docker-compose, and for `${NAME:-default}`. */
const interpolate = (text, variables) =>
  text.replace(/\$\{(\w+)(?::(-|\?)([^}]*))?\}/g, (_all, name, kind, rest) => {
    if (variables[name]) return variables[name];
    if (kind === '-') return rest;
    throw new Error(`docker-compose.yml: no value for ${name}`);
  });

/**
 * @param {string} root the project's folder
 * @param {{ variables: Record<string, string>, postgresPort: number, temporalPort: number, config: string }} here
 */
export function readCompose(root, here) {
  const { services } = parse(interpolate(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), here.variables));
  const outside = (value) => inPlaceOf(String(value), root, here);
  return {
    version: services.temporal.image.split(':')[1],
    postgresMajor: services.postgres.image.split(':')[1].split('.')[0],
    /** The environment of a service. */
    environment: (name) =>
      Object.fromEntries(Object.entries(services[name].environment).map(([key, value]) => [key, outside(value)])),
    /** What a service runs. Where the image says it, here as well: of the server the end of its entry point. */
    command: (name) =>
      name === 'temporal'
        ? ['temporal-server', 'start']
        : [...(services[name].entrypoint ?? []), ...services[name].command].map(outside),
    /** The health check of a service that asks a program of ours. */
    healthCheck: (name) => services[name].healthcheck.test.slice(1).map(outside),
  };
}

/** Outside a container: its service's name is loopback, its port is one of ours, its folders are the project's. */
function inPlaceOf(value, root, { postgresPort, temporalPort, config }) {
  const known = {
    postgres: '127.0.0.1',
    '0.0.0.0': '127.0.0.1',
    5432: String(postgresPort),
    'temporal:7233': `127.0.0.1:${temporalPort}`,
    'config/default.yml': config,
  };
  return known[value] ?? value.replace(/^\/deploy\//, `${join(root, 'deploy')}/`);
}
