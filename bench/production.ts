// The production set-up for real, without containers: `npm run bench:production`. Temporal's server from its Go module on Debian's PostgreSQL, two
// workers, started as docker-compose.yml says. Prints a table, and JSON with --json; ends everything that it started, however it ends.

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../src/host/os/ports.js';
import { temporalBinaries } from './production/binaries.js';
import { readCompose } from '../testing/compose.js';
import { layOutImage } from './production/image.js';
import {
  SERVER_PORTS,
  postgresBinaries,
  runJob,
  startPostgres,
  startTemporal,
  startWorker,
} from './production/services.js';
import { endService, openStage } from './stage.js';
import { CONFIG, playStory } from './production/story.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const asJson = process.argv.includes('--json');
const stage = openStage('production');
const rows: { readonly what: string; readonly seconds: number }[] = [];

/** One row of the table: what was done, and how long it took. */
async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = process.hrtime.bigint();
  const result = await work();
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  rows.push({ what, seconds: Number(seconds.toFixed(2)) });
  if (!asJson) console.log(`${seconds.toFixed(2).padStart(8)} s  ${what}`);
  return result;
}

async function main(): Promise<void> {
  const [postgresPort = 0, ...ports] = freePorts(1 + SERVER_PORTS);
  const password = randomBytes(12).toString('hex');
  const config = join(stage.folder, 'config.yml');
  const variables = { POSTGRES_PASSWORD: password };
  const compose = readCompose(root, { variables, postgresPort, temporalPort: ports[0] ?? 0, config });
  const bin = postgresBinaries(compose.postgresMajor);
  const tools = await step(`Temporal ${compose.version}: built`, () => temporalBinaries(stage, root, compose.version));
  await step('PostgreSQL: created and started', () =>
    startPostgres(stage, { bin, port: postgresPort, user: 'temporal', password }),
  );
  await step('schema: created', () => runJob(stage, compose, 'schema', tools));
  await step('schema: brought up to date again', () => runJob(stage, compose, 'schema', tools));
  const server = await step('Temporal: started', () => startTemporal(stage, compose, { tools, ports }));
  const programs = `${tools}:${join(root, '.tools', 'bin')}`;
  await step('namespace and search attributes: created', () => runJob(stage, compose, 'namespace', programs));
  await step('namespace and search attributes: seen to again', () => runJob(stage, compose, 'namespace', programs));

  const home = await step("the worker image's files: laid out, without development's packages", () =>
    layOutImage(stage, root),
  );
  writeFileSync(config, CONFIG);
  const workers = await step('two workers: started, and their health check says so', () =>
    Promise.all([
      startWorker(stage, compose, { name: 'worker-1', home }),
      startWorker(stage, compose, { name: 'worker-2', home }),
    ]),
  );
  const [node = '', program = ''] = compose.command('worker');
  await playStory({
    stage,
    step,
    workers,
    cli: (...args) => [node, program, ...args, '--config', config],
    cliOptions: { cwd: home, env: compose.environment('worker') },
    address: `127.0.0.1:${ports[0] ?? 0}`,
    restartServer: async () => {
      await endService(server, 'SIGKILL');
      await startTemporal(stage, compose, { tools, ports });
    },
  });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    process.exitCode = 130;
    void stage.close().then(() => process.exit(130));
  });
}
try {
  await main();
  if (asJson) console.log(JSON.stringify(rows, null, 2));
} catch (error) {
  // After a signal the services end under main's hands: that is no failure of theirs.
  if (process.exitCode !== 130)
    console.error(`bench:production: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode ??= 1;
} finally {
  await stage.close();
}
