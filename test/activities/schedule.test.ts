import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { resumeUpdate } from '../../src/messages/resume.js';
import { ANN, breakerRuns } from '../../testing/workflows/breaker-runs.js';
import { createGate } from '../../testing/workflows/gate.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
});
afterAll(() => rig.close());

const { runOn, breakerOf, scheduleOf, noteOf } = breakerRuns(() => rig);

describe.concurrent('the breaker', () => {
  it('leaves a schedule paused that a person had paused before', async () => {
    const schedule = await scheduleOf('maintenance');
    await schedule.pause('paused by bob: new disks');
    const run = await breakerOf('maintenance');
    expect(await noteOf(schedule)).toBe('paused by bob: new disks');
    const { schedule: said } = await run.handle.executeUpdate(resumeUpdate, { args: [ANN] });
    expect(said).toContain('stays paused');
    expect(await noteOf(schedule)).toBe('paused by bob: new disks');
  });
});

describe.concurrent('a tick of the schedule', () => {
  it('that falls into a scheduled run is skipped and counted; a manual run is refused meanwhile', async () => {
    const gate = createGate();
    const host = rig.hostOfSchedule('ticking', { gates: { preCheck: gate } });
    const schedule = await scheduleOf('ticking', 1);
    await gate.reached;
    const manual = await (await runOn('ticking')).handle.result();
    expect(manual).toMatchObject({ headline: 'REFUSED' });
    expect(manual.refusedBy).toMatch(/^chaos-run-ticking-\d{4}-/);
    await vi.waitFor(
      async () => expect((await schedule.describe()).info.numActionsSkippedOverlap).toBeGreaterThanOrEqual(2),
      { timeout: 15_000, interval: 100 },
    );
    await schedule.pause('seen enough');
    expect(host.calls.filter((call) => call === 'preparePlan')).toHaveLength(1);
    gate.open();
  });
});
