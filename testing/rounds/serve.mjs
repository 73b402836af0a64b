// Plain JavaScript, as whatever starts it: a worker that is started and killed many times begins twice as fast without a compiler beside it.

/** @import { WorkerOptions } from '../../src/worker.js' */

const built = (/** @type {string} */ module) => import(new URL(`../../dist/${module}`, import.meta.url).href);

/** @type {typeof import('../../src/config/load.js')} */
const { loadConfig } = await built('config/load.js');
/** @type {typeof import('../../src/temporal/connection.js')} */
const { findPlace } = await built('temporal/connection.js');
/** @type {typeof import('../../src/client/session.js')} */
const { searchAttributeFlags } = await built('client/session.js');
/** @type {typeof import('../../src/host/temporal/server.js')} */
const { ensureServer } = await built('host/temporal/server.js');
/** @type {typeof import('../../src/host/temporal/state.js')} */
const { useServer } = await built('host/temporal/state.js');
/** @type {typeof import('../../src/worker.js')} */
const { knownNames, runWorker } = await built('worker.js');

/**
 * A worker as the program's own, with the embedded server, but for what `changes` says; it ends with the process that started it.
 * @param {string} configFile
 * @param {Pick<WorkerOptions, 'faults' | 'alter'>} changes
 */
export async function serve(configFile, changes) {
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
  await runWorker({ config, place: () => findPlace(config.dataRoot), ...changes }, () => console.log('ready'));
  leave();
  early();
}
