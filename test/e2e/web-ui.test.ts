// A person who has nothing but a browser lets the rounds go on. Real server, worker, schedule and workflows; the cluster is one that never starts.

import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterStatus } from '../../src/client/cluster-status.js';
import { connectClient, embeddedServer, workflowUrl, type TemporalPlace } from '../../src/client/connection.js';
import type { OpenBreaker } from '../../src/domain/breaker.js';
import { scheduleIdOf } from '../../src/domain/ids.js';
import { runProgressQuery } from '../../src/workflows/messages.js';
import { skippedWithout } from '../support/programs.js';
import { catalogue, createSandbox, mustPoll, nothingLeft, removeSandbox, start } from './support/round.js';
import type { Running, Sandbox } from './support/round.js';
import { openBrowser, openDetails, seeInDetails, seeText, sendSignal, type WebUi } from './support/web-ui.js';

/** Where screenshots for the documentation go; nowhere if it is not set. */
const screenshots = process.env['SCREENSHOTS'];
const cluster = 'nightly';

let sandbox: Sandbox;
let dev: Running;
let ui: WebUi;
let place: TemporalPlace;
let client: Client;

describe.skipIf(skippedWithout('chromium', 'chromium'))('Temporal’s Web UI', () => {
  beforeAll(async () => {
    sandbox = createSandbox({
      cluster: { name: cluster, driver: 'rehearsal' },
      schedule: { every_seconds: 5 },
      scenarios: [catalogue.kill],
    });
    dev = start(['dev'], sandbox);
    const found = await mustPoll('the server', () => embeddedServer(sandbox.dataRoot));
    client = await mustPoll('a connection', () => connectClient(found).catch(() => undefined));
    place = found;
    ui = await openBrowser();
  }, 120_000);

  afterAll(async () => {
    await ui.close();
    // The rounds go on by themselves: one that is cut off here would leave its cluster to the keeper until the lease is over.
    await client.schedule.getHandle(scheduleIdOf(cluster)).delete();
    const open = "WorkflowType = 'ChaosRunWorkflow' AND ExecutionStatus = 'Running'";
    await mustPoll(
      'the end of the last round',
      async () => (await client.workflow.count(open)).count === 0 || undefined,
    );
    await client.connection.close();
    dev.child.kill('SIGTERM');
    await dev.done;
    const left = await nothingLeft(sandbox);
    await removeSandbox(sandbox);
    expect(left).toEqual([]);
  }, 180_000);

  const screenshot = async (name: string): Promise<void> => {
    if (screenshots !== undefined) await ui.page.screenshot({ path: join(screenshots, name) });
  };
  const breaker = async (): Promise<Awaited<ReturnType<typeof clusterStatus>>['breaker']> =>
    (await clusterStatus(client, cluster)).breaker;

  /** Three ticks fail; the third run is paused. */
  async function untilPaused(): Promise<OpenBreaker> {
    const applied = await start(['schedule', 'apply'], sandbox).done;
    expect(applied).toMatchObject({ status: 0, stderr: '' });
    const open = await mustPoll('the third failure', async () => {
      const { state } = await breaker();
      return state.kind === 'open' ? state : undefined;
    });
    const run = client.workflow.getHandle(open.pausedRun.workflowId);
    await mustPoll('the pause', async () => (await run.query(runProgressQuery)).phase === 'paused' || undefined);
    return open;
  }

  it('shows why the rounds are paused, refuses a resume without a name, and takes one with a name and a reason', async () => {
    const { pausedRun } = await untilPaused();
    const { page } = ui;
    const schedulePage = `${String(place.uiUrl)}/namespaces/default/schedules/${scheduleIdOf(cluster)}`;
    await page.goto(schedulePage);
    await seeText(page, /breaker: 3 rounds in a row failed/);

    await openDetails(page, String(workflowUrl(place, pausedRun.workflowId)));
    await seeInDetails(page, 'Paused: 3 rounds in a row failed');
    await screenshot('paused-run.png');
    const run = client.workflow.getHandle(pausedRun.workflowId);
    const signals = async (): Promise<number> =>
      ((await run.fetchHistory()).events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes)
        .length;
    await sendSignal(page, 'resume', { by: '', reason: 'nobody says so' }, async () => (await signals()) === 1);
    await page.keyboard.press('r');
    await seeInDetails(page, /resume refused at .*<your name>/);
    expect((await breaker()).state.kind).toBe('open');

    await sendSignal(page, 'resume', { by: 'ann', reason: 'disk replaced' }, async () => (await signals()) === 2);
    await seeText(page, 'Completed');
    expect(await breaker()).toMatchObject({
      state: { kind: 'closed' },
      lastReset: { by: 'ann', reason: 'disk replaced' },
    });
    expect((await run.describe()).status.name).toBe('COMPLETED');

    await page.goto(schedulePage);
    await seeText(page, 'resumed by ann: disk replaced');
    const next = await mustPoll('the next round', async () => (await breaker()).outcomes[3]);
    expect(next).toMatchObject({ effect: 'counted', consecutiveFailures: 1 });
  }, 240_000);
});
