// A worker as the program's own, but for a network-delay that injects nothing: `node worker-with-empty-injector.mjs <config>`.
import { loadConfig } from '../../../dist/config/load.js';
import { findPlace } from '../../../dist/client/connection.js';
import { searchAttributeFlags } from '../../../dist/client/session.js';
import { faults } from '../../../dist/host/faults/index.js';
import { ensureServer } from '../../../dist/host/temporal/server.js';
import { useServer } from '../../../dist/host/temporal/state.js';
import { knownNames, runWorker } from '../../../dist/worker.js';

const config = loadConfig(process.argv[2], knownNames);
const early = useServer(config.dataRoot, 'command');
await ensureServer(config.dataRoot, searchAttributeFlags);
const { address } = findPlace(config.dataRoot);
const leave = useServer(config.dataRoot, 'worker', { hostId: config.host.id, address });
const lazy = faults.map((fault) =>
  fault.kind === 'network-delay' ? { ...fault, inject: async () => undefined } : fault,
);
await runWorker({ config, place: () => findPlace(config.dataRoot), faults: lazy }, () => console.log('ready'));
leave();
early();
