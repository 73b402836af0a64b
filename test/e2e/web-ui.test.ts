// A person who has nothing but a browser lets the rounds go on. Real server, worker, schedule and workflows; the cluster is one that never starts.

import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterStatus } from '../../src/client/cluster-status.js';
import { connectClient, embeddedServer, workflowUrl, type TemporalPlace } from '../../src/temporal/connection.js';
import type { OpenBreaker, RecordedOutcome } from '../../src/domain/breaker.js';
import { scheduleIdOf } from '../../src/domain/ids.js';
import { runProgressQuery } from '../../src/messages/progress.js';
import { skippedWithout } from '../../testing/programs.js';
import {
  createSandbox,
  mustPoll,
  nothingLeft,
  removeSandbox,
  start,
  type Running,
  type Sandbox,
} from '../../testing/rounds/round.js';
import { failingRounds } from '../../testing/rounds/rehearsal.js';
import {
  openBrowser,
  openDetails,
  seeInDetails,
  seeText,
  sendSignal,
  type WebUi,
} from '../../testing/rounds/web-ui.js';

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
    // Its schedule does not tick by itself: however slow the browser is, no round gets ahead of it, and none is paused at the end.
    sandbox = createSandbox({ ...failingRounds, cluster: { ...failingRounds.cluster, name: cluster } });
    dev = start(['dev'], sandbox);
    const found = await mustPoll('the server', () => embeddedServer(sandbox.dataRoot));
    client = await mustPoll('a connection', () => connectClient(found).catch(() => undefined));
    place = found;
    ui = await openBrowser();
  });

  afterAll(async () => {
    try {
      await ui.close();
    } finally {
      await removeSandbox(sandbox);
    }
  });

  const screenshot = async (name: string): Promise<void> => {
    if (screenshots !== undefined) await ui.page.screenshot({ path: join(screenshots, name) });
  };
  const breaker = async (): Promise<Awaited<ReturnType<typeof clusterStatus>>['breaker']> =>
    (await clusterStatus(client, cluster)).breaker;

  /** One tick, to the count of its failure. */
  async function failedTick(): Promise<RecordedOutcome> {
    const before = (await breaker()).outcomes.length;
    expect(await start(['schedule', 'trigger'], sandbox).done).toMatchObject({ status: 0, stderr: '' });
    return mustPoll('the count', async () => (await breaker()).outcomes[before]);
  }

  /** Three ticks fail; the third run is paused. */
  async function untilPaused(): Promise<OpenBreaker> {
    expect(await start(['schedule', 'apply'], sandbox).done).toMatchObject({ status: 0, stderr: '' });
    for (const _ of [1, 2]) {
      const { workflowId } = await failedTick();
      await client.workflow.getHandle(workflowId).result();
    }
    const third = client.workflow.getHandle((await failedTick()).workflowId);
    await mustPoll('the pause', async () => (await third.query(runProgressQuery)).phase === 'paused' || undefined);
    const { state } = await breaker();
    if (state.kind !== 'open') throw new Error(`the breaker is ${state.kind}`);
    return state;
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
    const next = await failedTick();
    expect(next).toMatchObject({ effect: 'counted', consecutiveFailures: 1 });
    await client.workflow.getHandle(next.workflowId).result();
  });

  it('leaves nothing running', async () => {
    await client.connection.close();
    dev.child.kill('SIGTERM');
    await dev.done;
    expect(await nothingLeft(sandbox)).toEqual([]);
  });
});
