// A worker as the program's own, but for a network-delay that injects nothing. Argument: the config. Started as testing/typescript.ts says.
import type * as Faults from '../../src/host/faults/index.js';
import { built } from '../built.js';
import { serve } from './serve.js';

const { faults } = await built<typeof Faults>('host/faults/index.js');
const lazy = faults.map((fault) =>
  fault.kind === 'network-delay' ? { ...fault, inject: () => Promise.resolve() } : fault,
);
await serve(process.argv[2] ?? '', { faults: lazy });
