// A worker as the program's own, but for a network-delay that injects nothing: `node worker-with-empty-injector.mjs <config>`.
import { faults } from '../../dist/host/faults/index.js';
import { serve } from './serve.mjs';

const lazy = faults.map((fault) =>
  fault.kind === 'network-delay' ? { ...fault, inject: async () => undefined } : fault,
);
await serve(process.argv[2], { faults: lazy });
