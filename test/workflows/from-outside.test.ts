import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { clusterWorkflowId } from '../../src/domain/ids.js';
import { runProgressQuery } from '../../src/messages/progress.js';
import { resumeSignal } from '../../src/messages/resume.js';
import { breakerRuns, UNTIL_SEEN, type Run } from '../../testing/workflows/breaker-runs.js';
import { json, rawAccess, useless, type RawAccess } from '../../testing/workflows/from-outside.js';
import { readText, rendered } from '../../testing/gfm.js';
import { brokenTasks } from '../../testing/workflows/history.js';
import { createRig, TEMPORAL_PATH, type Rig } from '../../testing/workflows/rig.js';

let rig: Rig;
let raw: RawAccess;
beforeAll(async () => {
  rig = await createRig();
  raw = rawAccess(rig.env.client);
});
afterAll(() => rig.close());

const { statusOf, phaseOf, breakerOf, scheduleOf, noteOf } = breakerRuns(() => rig);

const notesOf = async ({ handle }: Run): Promise<readonly string[]> => (await handle.query(runProgressQuery)).notes;

describe('what anybody may send to a paused run', () => {
  it('is shown as what could not be used, and changes nothing; the right words still resume it', async () => {
    const schedule = await scheduleOf('sent');
    const run = await breakerOf('sent');
    const id = run.handle.workflowId;
    const typed = ['--name', 'resume', '--input', '{"by":"a","reason":"b"}', '--input-meta', 'encoding=json/protobuf'];
    const address = ['--address', rig.env.address];
    await promisify(execFile)(TEMPORAL_PATH, ['workflow', 'signal', '-w', id, ...typed, ...address]);
    await vi.waitFor(async () => {
      expect((await notesOf(run)).at(-1)).toMatch(/resume refused at .* could not be read, because .*json\/protobuf/);
    }, UNTIL_SEEN);
    for (const [name, payload, words] of useless) {
      await raw.signal(id, 'resume', payload);
      await vi.waitFor(async () => expect((await notesOf(run)).at(-1), name).toMatch(words), UNTIL_SEEN);
      expect(await raw.update(id, 'resume', payload), name).toMatch(words);
      await raw.query(id, 'progress', payload);
    }
    await raw.signal(id, 'resume');
    await raw.signal(id, 'rEsume', useless[0]![1]);
    await raw.signal(id, '__temporal_anything', useless[0]![1]);
    expect(await raw.update(id, 'Resume', useless[0]![1])).toMatch(/No registered handler for update: Resume/);
    expect(await phaseOf(run)).toBe('paused');
    await run.handle.signal(resumeSignal, { by: ' ann\ud800 ', reason: `${'😀'.repeat(999)}.` });
    await run.handle.result();
    expect((await statusOf('sent')).breaker.lastReset?.by).toBe('ann\uFFFD');
    expect(await noteOf(schedule)).toBeNull();
    expect(brokenTasks(await run.handle.fetchHistory())).toEqual([]);
  });
});

describe('what anybody may send to the record of a cluster', () => {
  it('is refused, and changes nothing', async () => {
    const run = await breakerOf('record');
    const record = rig.env.client.workflow.getHandle(clusterWorkflowId('record'));
    const before = await statusOf('record');
    const wrong = json({ holder: { workflowId: 'x' }, workflowId: 7, runId: null, by: 'ann', reason: { a: 1 } });
    for (const [what, payload, words] of [...useless, ['a wrong shape', wrong, /expected/] as const]) {
      for (const name of ['acquire', 'release', 'recordOutcome', 'reset']) {
        expect(await raw.update(record.workflowId, name, payload), `${name}: ${what}`).toMatch(words);
      }
    }
    await raw.query(record.workflowId, 'status', useless[0]![1]);
    expect(await statusOf('record')).toEqual(before);
    expect(brokenTasks(await record.fetchHistory())).toEqual([]);
    await run.handle.terminate();
  });
});

describe('a workflow that is started with something of no use', () => {
  it.each(['ChaosRunWorkflow', 'ScenarioWorkflow', 'ClusterWorkflow'])('%s ends, and says why', async (type) => {
    const inside = json({ scenario: 7, plan: { runId: 'x' }, cluster: 'x', holder: { kind: 'full' } });
    const sent = useless.filter(([name]) => type !== 'ChaosRunWorkflow' || name !== 'binary/null');
    for (const [name, payload, words] of [...sent, ['a wrong shape', inside, /expected/] as const]) {
      const id = `${type} ${name}`;
      await raw.start(type, id, useless[0]![1], payload);
      const handle = rig.env.client.workflow.getHandle(id);
      const error: unknown = await handle.result().catch((reason: unknown) => reason);
      expect((error as WorkflowFailedError).cause?.message, name).toMatch(words);
      // The memo was of no use, either.
      expect((await handle.describe()).memo, name).toEqual({ note: { could_not_be_read: expect.any(String) } });
      expect(brokenTasks(await handle.fetchHistory()), name).toEqual([]);
    }
  });

  it('its page shows what was sent as it was said, and does nothing that it says', async () => {
    const words = '`<img src=x>`|![y](http://127.0.0.1:9/)';
    await raw.start('ChaosRunWorkflow', 'nasty', useless[0]![1], json({ [words]: 1 }));
    const handle = rig.env.client.workflow.getHandle('nasty');
    await expect(handle.result()).rejects.toThrow();
    const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    const html = rendered(currentDetails);
    expect(readText(html)).toContain(words);
    expect(html).not.toMatch(/<img|<a /);
  });
});
