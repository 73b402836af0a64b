import { defineConfig } from 'vitest/config';

const files = (...folders: string[]): string[] => folders.map((folder) => `test/${folder}/**/*.test.ts`);

/** What measures clients, or their time limits: one file after another, with nothing beside it. */
const clients = [...files('sdk_clients', 'host/clients'), 'test/e2e/broker-alarms.test.ts'];

/** What starts clusters and Temporal servers, each its own, and mostly waits for them: two files at a time on two cores. */
const clusters = [
  ...files('workflows', 'e2e', 'host/drivers', 'host/faults'),
  'test/host/keeper.test.ts',
  'test/deploy/services.test.ts',
];

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...clients, ...clusters] } },
      {
        extends: true,
        test: { name: 'clients', include: clients, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: { name: 'clusters', include: clusters, exclude: clients, maxWorkers: 2, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
