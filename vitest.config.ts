import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const files = (...folders: string[]): string[] => folders.map((folder) => `test/${folder}/**/*.test.ts`);

/**
 * Every test file belongs to one of five projects, by what it starts. `npm run test:unit` runs the first three; `npm test` all of them, in this order.
 * - unit: starts no process at all; one that tries to is refused (testing/no-processes.ts). What is listed nowhere below is here.
 * - mocking: the same, but replaces modules.
 * - processes: starts commands, git and Node for moments; no cluster, no server, no browser.
 * - alone: as below.
 * - clusters: as below.
 */
const processes = [
  ...files('bench', 'client', 'host/doctor', 'host/os', 'host/update', 'scripts'),
  'test/activities/{room,update}.test.ts',
  'test/deploy/compose.test.ts',
  'test/deploy/prometheus.test.ts',
  'test/worker.test.ts',
  'test/deploy/service.test.ts',
  'test/docs/adding-a-client.test.ts',
  'test/docs/examples.test.ts',
  'test/host/drivers/{broker-processes,node-disks}.test.ts',
  'test/host/drivers/nats/{leaders,nats-api,server-config}.test.ts',
  'test/host/drivers/toxiproxy/*.test.ts',
  'test/host/publish/{git,private-key}.test.ts',
  'test/host/tickets/awareness.test.ts',
  'test/host/keeper/hand-over.test.ts',
  'test/host/faults/back-by-itself.test.ts',
];

/** What replaces modules needs modules of its own. The other files of these three projects share theirs, which saves half of their time. */
const mocking = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .map((file) => `test/${file}`)
  .filter((file) => file.endsWith('.test.ts') && /^vi\.(do)?mock\(/im.test(readFileSync(file, 'utf8')));

/** One file after another, with nothing beside it: what measures clients, or their time limits. */
const alone = [...files('sdk_clients', 'host/clients'), 'test/e2e/broker-alarms.test.ts'];

/** What starts clusters, servers (Temporal, sshd, GitHub's stand-in, pages) and browsers, each its own, and mostly waits for them. */
const clusters = [
  ...files('e2e', 'report/page'),
  'test/host/drivers/taken-ports.test.ts',
  'test/host/drivers/*/lifecycle.test.ts',
  'test/host/faults/{broker-kill,broker-pause,connection-stall,in-group,mosquitto,network-delay,network-partition,none,restarts,robustmq,without-power}.test.ts',
  'test/host/injectors/nft.test.ts',
  'test/host/os/namespaces.test.ts',
  'test/temporal/{builds,first-build,register-search-attributes,runtime,worker-side}.test.ts',
  'test/activities/{breaker,cluster-ownership,publish,schedule}.test.ts',
  'test/deploy/services.test.ts',
  'test/docs/adding-a-driver.test.ts',
  'test/docs/adding-a-fault.test.ts',
  'test/docs/adding-a-workload.test.ts',
  'test/host/keeper/{full-disk,keeper}.test.ts',
  'test/host/publish/{deploy-key,index,issues,octokit}.test.ts',
  'test/client/commands/{open,publish}.test.ts',
  'test/workflows/{cancel,chaos-run,cluster,control-run,fault-entry,fault-period,finish-run,from-outside,history-size,pause,refusal,report-run}.test.ts',
  'test/workflows/{replay,restart,resume-handlers,run-scenarios,scenario,secrets,take-cluster,unplanned,validation,versions,watch}.test.ts',
];

/**
 * A bound on a hang, not on speed. Every wait inside has a limit of its own, whose error says what never came: a shorter one around it would hide that,
 * and would end tests that a busy machine only makes slow.
 */
const patient = { testTimeout: 900_000, hookTimeout: 900_000 };

/** Vitest leaves a core free for itself, which of two is half. */
const twoAtATime = { maxWorkers: 2 };

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    setupFiles: ['testing/clean-up.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...mocking, ...processes, ...alone, ...clusters],
          setupFiles: ['testing/no-processes.ts'],
          isolate: false,
          ...twoAtATime,
        },
      },
      {
        extends: true,
        test: {
          name: 'mocking',
          include: mocking,
          exclude: [...processes, ...alone, ...clusters],
          setupFiles: ['testing/no-processes.ts'],
          ...twoAtATime,
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: processes,
          exclude: [...alone, ...clusters],
          isolate: false,
          ...twoAtATime,
          ...patient,
        },
      },
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
          sequence: { groupOrder: 2 },
          ...twoAtATime,
          ...patient,
        },
      },
    ],
  },
});
