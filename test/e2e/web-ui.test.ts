import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../../src/host/ports.js';
import { scheduleIdOf } from '../../src/domain/ids.js';
import { outcome } from '../domain/fixtures.js';
import { killSingle } from '../workflows/support/plans.js';
import { createRig, type Rig } from '../workflows/support/rig.js';
import { skippedWithout } from '../support/programs.js';
import { openBrowser, seeText, sendSignal, showDetails, type WebUi } from './support/web-ui.js';

const cluster = 'web-ui';
let rig: Rig;
let ui: WebUi;
let base: string;

describe.skipIf(skippedWithout('chromium', 'chromium'))('a paused run in the Web UI', () => {
  beforeAll(async () => {
    const [uiPort = 0] = await freePorts(1);
    base = `http://127.0.0.1:${uiPort}/namespaces/default`;
    [rig, ui] = await Promise.all([createRig({ uiPort }), openBrowser()]);
  }, 90_000);
  afterAll(async () => {
    await ui.close();
    await rig.close();
  });

  it('is resumed', async () => {
    await rig.env.client.schedule.create({
      scheduleId: scheduleIdOf(cluster),
      spec: { cronExpressions: ['0 */4 * * *'] },
      action: { type: 'startWorkflow', workflowType: 'ChaosRunWorkflow', taskQueue: 'nobody', args: [{}] },
    });
    const failing = {
      plan: { cluster, scenarios: [killSingle] },
      instead: { collectClients: async () => [outcome({ sdk: 'go', result: { lost: 3 }, end: { kind: 'exited', code: 1 } })] },
    };
    for (let i = 0; i < 2; i += 1) console.log((await (await rig.startRun(failing)).handle.result()).headline);
    const { handle } = await rig.startRun(failing);
    await expect.poll(async () => (await handle.query<{ phase: string }>('progress')).phase, { timeout: 20_000 }).toBe('paused');
    await showDetails(ui.page, `${base}/workflows/${handle.workflowId}`);
    await ui.page.waitForTimeout(8000);
    console.log(ui.page.frames().map((f) => f.url().slice(0, 300)));
    await ui.page.screenshot({ path: '/tmp/wt/prod-scratch/paused.png' });
    await ui.page.screenshot({ path: '/tmp/wt/prod-scratch/paused.png' });
    await sendSignal(ui.page, 'resume', { by: 'ann', reason: 'fixed' });
    await seeText(ui.page, 'Completed');
    await ui.page.screenshot({ path: '/tmp/wt/prod-scratch/completed.png' });
    console.log(await handle.result());
    await ui.page.goto(`${base}/schedules/${scheduleIdOf(cluster)}`);
    await seeText(ui.page, 'resumed by ann: fixed');
    await ui.page.screenshot({ path: '/tmp/wt/prod-scratch/schedule.png' });
  }, 120_000);
});
