import { fileURLToPath } from 'node:url';

/** A config file of Temporal's that names no server: for `TEMPORAL_CONFIG_FILE`, so that none of the machine's own is read. */
export const NO_SERVER_FILE = fileURLToPath(new URL('fixtures/no-server.toml', import.meta.url));

/** The environment of this process, for one that is to find no Temporal of the machine's own. */
export function environmentWithoutServer(): NodeJS.ProcessEnv {
  const { TEMPORAL_ADDRESS: _machine, ...rest } = process.env;
  return { ...rest, TEMPORAL_CONFIG_FILE: NO_SERVER_FILE };
}
