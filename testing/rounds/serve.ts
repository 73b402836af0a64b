import type * as Load from '../../src/config/load.js';
import type * as Session from '../../src/client/session.js';
import type * as Server from '../../src/host/temporal/server.js';
import type * as State from '../../src/host/temporal/state.js';
import type * as Connection from '../../src/temporal/connection.js';
import type * as Worker from '../../src/worker.js';
import { built } from '../built.js';

const { loadConfig } = await built<typeof Load>('config/load.js');
const { findPlace } = await built<typeof Connection>('temporal/connection.js');
const { searchAttributeFlags } = await built<typeof Session>('client/session.js');
const { ensureServer } = await built<typeof Server>('host/temporal/server.js');
const { useServer } = await built<typeof State>('host/temporal/state.js');
const { knownNames, runWorker } = await built<typeof Worker>('worker.js');

/** A worker as the program's own, with the embedded server, but for what `changes` says; it ends with the process that started it. */
export async function serve(
  configFile: string,
  changes: Pick<Worker.WorkerOptions, 'faults' | 'alter'>,
): Promise<void> {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, 1000).unref();
  const config = loadConfig(configFile, knownNames);
  const early = useServer(config.dataRoot, 'command');
  await ensureServer(config.dataRoot, searchAttributeFlags);
  const place = findPlace(config.dataRoot);
  if (place === undefined) throw new Error('the embedded server is not there');
  const leave = useServer(config.dataRoot, 'worker', { hostId: config.host.id, address: place.address });
  await runWorker({ config, place: () => findPlace(config.dataRoot), ...changes }, () => {
    console.log('ready');
  });
  leave();
  early();
}
