import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { ReportFile } from '../../src/domain/report-data.js';
import { listTickets, openTickets } from '../../src/host/tickets/store.js';
import {
  catalogue,
  createSandbox,
  finishedWhole,
  mustPoll,
  nothingLeft,
  removeSandbox,
  start,
  whileRunning,
  type Running,
  type Sandbox,
} from '../../testing/rounds/round.js';

// Real runs that nobody follows any more. Each test starts its own server, worker and cluster.
let sandbox: Sandbox;

afterEach(() => removeSandbox(sandbox));

describe('a run whose terminal was killed', () => {
  const isTold = (running: Running, words: string): Promise<true> => {
    let told = '';
    for (const stream of [running.child.stdout!, running.child.stderr!])
      stream.on('data', (text) => (told += String(text)));
    return whileRunning(
      running,
      mustPoll(`the words "${words}"`, () => told.includes(words) || undefined),
    );
  };
  const injectedBy = async (running: Running, other = ''): Promise<string> => {
    const look = (): string | undefined =>
      listTickets(sandbox.clusterDir).find(({ state, runId }) => state === 'injected' && runId !== other)?.runId;
    return whileRunning(running, mustPoll('an injected fault', look));
  };
  /** Its worker and server end by themselves, some time later. */
  const killed = async ({ child, done }: Running): Promise<void> => {
    child.kill('SIGKILL');
    await once(child, 'exit');
    await done;
  };

  test('is taken up by the next command, which follows it to its verdict, and says that it is another one', async () => {
    sandbox = createSandbox({ sdks: ['go'], scenarios: [catalogue.kill, catalogue.transfer] });
    const first = start(['scenario', 'broker-kill-single'], sandbox);
    const runId = await injectedBy(first);
    await killed(first);
    const next = start(['scenario', 'leader-transfer', '--json'], sandbox);
    await isTold(next, 'taken up here');
    const refused = await start(['round'], sandbox).done;
    expect(refused.status).toBe(75);
    expect(refused.stdout).toMatch(/held by .* since .*robustmq-chaos status .*robustmq-chaos cancel .*--cancel-first/);
    const { result, status, stderr } = await finishedWhole(next);
    expect(result).toMatchObject({
      ...{ runId, headline: 'PASS', takenUp: true, scenarios: [{ name: 'broker-kill-single' }] },
      notRun: `robustmq-chaos scenario leader-transfer --config ${sandbox.config}`,
    });
    expect(stderr).toMatch(/asked for was leader-transfer with go; run .* is broker-kill-single with go/);
    expect(status).toBe(75);
    expect(await nothingLeft(sandbox)).toEqual([]);
  });

  test('is ended in good order by the next one with --cancel-first, and by cancel, which brings what it needs', async () => {
    const timing = { fault_window_seconds: 60 };
    sandbox = createSandbox({ timing, sdks: ['go'], scenarios: [catalogue.kill] });
    const first = start(['round'], sandbox);
    const runId = await injectedBy(first);
    await killed(first);
    const second = start(['round', '--cancel-first'], sandbox);
    const secondId = await injectedBy(second, runId);
    const headlineOf = (id: string): string =>
      (JSON.parse(readFileSync(join(sandbox.dataRoot, 'runs', id, 'report.json'), 'utf8')) as ReportFile).details
        .headline;
    expect(headlineOf(runId)).toBe('CANCELLED');
    await killed(second);
    const { status, stdout } = await start(['cancel'], sandbox).done;
    expect(stdout).toMatch(/cancelling .*CANCELLED.*Report: /s);
    expect(status).toBe(0);
    expect(headlineOf(secondId)).toBe('CANCELLED');
    expect(openTickets(sandbox.clusterDir)).toEqual([]);
    expect(existsSync(join(sandbox.clusterDir, 'cluster.json'))).toBe(false);
    const again = await start(['cancel'], sandbox).done;
    expect([again.status, again.stderr]).toEqual([
      1,
      'robustmq-chaos: nothing is cancelled: no run holds cluster e2e, and no series is played on it\n',
    ]);
    expect(await nothingLeft(sandbox)).toEqual([]);
  });
});
