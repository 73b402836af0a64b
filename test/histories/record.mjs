// Records the histories of this folder again, from runs on a stubbed host: `npm run build && node test/histories/record.mjs`.

import { fileURLToPath } from 'node:url';
import { startVitest } from 'vitest/node';

const root = fileURLToPath(new URL('../..', import.meta.url));

const vitest = await startVitest('test', [], {
  root,
  config: false,
  watch: false,
  include: ['test/histories/record.ts'],
  testTimeout: 60_000,
});
await vitest.close();
