// A worker as the program's own, but for a network-delay that injects nothing: `node worker-with-empty-injector.mjs <config>`.
import { serve } from './serve.mjs';

/** @type {typeof import('../../src/host/faults/index.js')} */
const { faults } = await import(new URL('../../dist/host/faults/index.js', import.meta.url).href);

const lazy = faults.map((fault) =>
  fault.kind === 'network-delay' ? { ...fault, inject: () => Promise.resolve() } : fault,
);
await serve(process.argv[2] ?? '', { faults: lazy });
