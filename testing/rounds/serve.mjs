import { loadConfig } from '../../dist/config/load.js';
import { findPlace } from '../../dist/temporal/connection.js';
import { searchAttributeFlags } from '../../dist/client/session.js';
import { ensureServer } from '../../dist/host/temporal/server.js';
import { useServer } from '../../dist/host/temporal/state.js';
import { knownNames, runWorker } from '../../dist/worker.js';

/** A worker as the program's own, with the embedded server, but for what `changes` (faults, alter) says; it ends with the process that started it. */
export async function serve(configFile, changes) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, 1000).unref();
  const config = loadConfig(configFile, knownNames);
  const early = useServer(config.dataRoot, 'command');
  await ensureServer(config.dataRoot, searchAttributeFlags);
  const { address } = findPlace(config.dataRoot);
  const leave = useServer(config.dataRoot, 'worker', { hostId: config.host.id, address });
  await runWorker({ config, place: () => findPlace(config.dataRoot), ...changes }, () => console.log('ready'));
  leave();
  early();
}
