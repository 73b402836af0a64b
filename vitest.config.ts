import { defineConfig } from 'vitest/config';

/** Files that start brokers, servers or SDK clients: one after another, so that they do not measure each other. */
const system = ['sdk_clients', 'workflows', 'e2e', 'host/drivers', 'host/faults', 'host/clients'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);
system.push('test/host/keeper.test.ts');

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: system } },
      {
        extends: true,
        test: { name: 'system', include: system, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
