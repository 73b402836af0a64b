import { fileURLToPath } from 'node:url';

/** A config file of Temporal's that names no server: for `TEMPORAL_CONFIG_FILE`, so that none of the machine's own is read. */
export const NO_SERVER_FILE = fileURLToPath(new URL('fixtures/no-server.toml', import.meta.url));
