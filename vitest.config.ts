import { defineConfig } from 'vitest/config';

const files = (...folders: string[]): string[] => folders.map((folder) => `test/${folder}/**/*.test.ts`);

/**
 * One file after another, with nothing beside it: what measures clients, or their time limits; and what makes network interfaces, which
 * kill-anything, for which the host has to be as it was before, would call left behind.
 */
const alone = [
  ...files('sdk_clients', 'host/clients'),
  'test/e2e/broker-alarms.test.ts',
  'test/host/faults/network-partition.test.ts',
  'test/host/os/namespaces.test.ts',
];

/** What starts clusters and Temporal servers, each its own, and mostly waits for them: two files at a time on two cores. */
const clusters = [
  ...files('workflows', 'e2e', 'host/drivers', 'host/faults'),
  'test/host/keeper/keeper.test.ts',
  'test/deploy/services.test.ts',
  'test/docs/adding-a-driver.test.ts',
  'test/docs/adding-a-fault.test.ts',
];

/** Every wait inside has a limit of its own, whose error says what never came: a shorter one around it would hide that. */
const patient = { testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...alone, ...clusters] } },
      {
        extends: true,
        test: { name: 'alone', include: alone, fileParallelism: false, sequence: { groupOrder: 1 }, ...patient },
      },
      {
        extends: true,
        test: {
          name: 'clusters',
          include: clusters,
          exclude: alone,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          ...patient,
        },
      },
    ],
  },
});
