// The commands of docker-compose.yml, run as processes of this machine: the server is a dev server of the test's own, the rest is what a container
// would run. All of it, on PostgreSQL: `npm run bench:production`.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useServer } from '../../src/host/temporal/state.js';
import { installRoot, requireTool } from '../../src/host/os/tools.js';
import { freePorts } from '../../src/host/os/ports.js';
import { readCompose, type Compose } from '../../testing/compose.js';
import { panelQueries } from '../../testing/grafana.js';
import { skippedWithout } from '../../testing/programs.js';
import { startPrometheus } from '../../testing/prometheus.js';
import { AWKWARD, storeHistory } from '../../testing/reports/stored-history.js';
import {
  catalogue,
  createSandbox,
  mustPoll,
  removeSandbox,
  startOutsideServer,
  type Sandbox,
} from '../../testing/rounds/round.js';

let sandbox: Sandbox;
let compose: Compose;
let address: string;
let metricsAddress: string;
let worker: ChildProcess | undefined;

beforeAll(async () => {
  metricsAddress = `127.0.0.1:${freePorts(1)[0] as number}`;
  sandbox = createSandbox({
    sdks: ['python'],
    scenarios: [catalogue.quick('quick')],
    worker: { metrics: metricsAddress },
  });
  storeHistory(sandbox.dataRoot);
  address = await startOutsideServer(sandbox, []);
  const here = {
    variables: { POSTGRES_PASSWORD: 'unused' },
    postgresPort: 1,
    temporalPort: Number(address.split(':')[1]),
    config: sandbox.config,
  };
  compose = readCompose(installRoot, here);
});
afterAll(async () => {
  worker?.kill('SIGKILL');
  await removeSandbox(sandbox);
});

const environment = (service: string): Record<string, string> => ({
  PATH: `${join(requireTool('temporal'), '..')}:${process.env['PATH'] ?? ''}`,
  HOME: sandbox.root,
  ...compose.environment(service),
});

function run(service: string, [program = '', ...args]: string[]): { status: number | null; stdout: string } {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: installRoot,
    env: environment(service),
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { status, stdout: stdout + stderr };
}

const healthOf = (service: string): { status: number | null; stdout: string } =>
  run(service, compose.healthCheck(service));

describe('the services of docker-compose.yml', () => {
  it('make a new server ready, as often as they are started', () => {
    for (let time = 0; time < 2; time += 1)
      expect(run('namespace', compose.command('namespace'))).toMatchObject({ status: 0 });
    const listed = run('namespace', ['temporal', 'operator', 'search-attribute', 'list']).stdout;
    for (const name of ['ChaosCluster', 'ChaosState', 'ChaosScenario'])
      expect(listed).toMatch(new RegExp(`${name}\\s+Keyword`));
  });

  it('start a worker whose health check says whether it works', async () => {
    expect(healthOf('worker')).toEqual({ status: 1, stdout: `no worker of host local runs for ${address}\n` });
    const gone = useServer(sandbox.dataRoot, 'worker', { hostId: 'local', address });
    expect(healthOf('worker').stdout).toBe(`worker ${process.pid} of host local does not ask ${address} for work\n`);
    gone();
    const [program = '', ...args] = compose.command('worker');
    worker = spawn(program, args, { cwd: installRoot, env: environment('worker'), stdio: 'ignore' });
    const healthy = await mustPoll(
      'a healthy worker',
      () => (healthOf('worker').status === 0 ? true : undefined),
      30_000,
    );
    expect(healthy).toBe(true);
  }, 60_000);

  it.skipIf(skippedWithout('prometheus', 'prometheus'))(
    'have a worker that tells Prometheus of the history and of its work, for the alerts and for every panel of the dashboard',
    async () => {
      // Refused by the worker, which is work enough.
      const input = ['--input', '{"scenario":"none"}', '--workflow-id', 'refused', '--type', 'ChaosRunWorkflow'];
      const place = ['--address', address, '--task-queue', 'chaos'];
      expect(run('worker', ['temporal', 'workflow', 'execute', ...place, ...input]).stdout).toContain(
        'expected one of quick, got none',
      );

      const text = await (await fetch(`http://${metricsAddress}/metrics`)).text();
      const promtool = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
      expect(promtool).toMatchObject({ status: 0, stderr: '' });

      const { query, alerts } = await startPrometheus(sandbox.root, metricsAddress);
      const firing = async () => (await alerts()).filter(({ state }) => state === 'firing').map(({ labels }) => labels);
      const alarms = await mustPoll('three alerts', async () => {
        const found = await firing();
        return found.length >= 3 ? found : undefined;
      });
      expect(alarms.map(({ alertname, cluster }) => `${alertname} ${cluster}`).sort()).toEqual([
        'RobustmqChaosBreakerOpen local',
        'RobustmqChaosNewFailure local',
        'RobustmqChaosOverdue steady',
      ]);

      expect(await query('robustmq_chaos_verdicts{cluster="local"} > 0')).toMatchObject([
        { metric: { headline: 'FAIL' }, value: [expect.any(Number), '1'] },
        { metric: { headline: 'INVALID' }, value: [expect.any(Number), '2'] },
        { metric: { headline: 'KNOWN' }, value: [expect.any(Number), '1'] },
        { metric: { headline: 'PASS' }, value: [expect.any(Number), '21'] },
      ]);
      const [awkward] = await query('robustmq_chaos_validation_p99_seconds{cluster="steady",sdk="go"}');
      expect(awkward?.metric['scenario']).toBe(AWKWARD);

      await mustPoll('two answers', async () => (await query('count_over_time(up[1m]) > 1'))[0]);
      const queries = panelQueries('.*');
      const answers = await Promise.all(queries.map(query));
      expect(queries.filter((_, i) => answers[i]?.length === 0)).toEqual([]);
    },
    60_000,
  );

  it('have a worker that is not healthy any more when it is gone', async () => {
    worker?.kill('SIGKILL');
    await mustPoll('the end of the worker', () => worker?.signalCode ?? undefined);
    expect(healthOf('worker')).toMatchObject({ status: 1 });
  }, 60_000);
});
