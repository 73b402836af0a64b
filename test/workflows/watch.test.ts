import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createWatchActivities } from '../../src/activities/watch.js';
import { NEW_BREAKER } from '../../src/domain/breaker.js';
import { CHAOS_QUEUE, clusterWorkflowId } from '../../src/domain/ids.js';
import type { Notification } from '../../src/domain/notification.js';
import { newWatch, type Watch } from '../../src/domain/overdue.js';
import { NotifyError } from '../../src/host/notify/contract.js';
import { clusterStatusQuery } from '../../src/messages/cluster-record.js';
import type { clusterWorkflow } from '../../src/workflows/cluster.js';
import { temporaryFolder } from '../../testing/processes.js';
import { breakerRuns, UNTIL_SEEN } from '../../testing/workflows/breaker-runs.js';
import { createRig, type Rig } from '../../testing/workflows/rig.js';

const HOUR = 3_600_000;
const ago = (hours: number): string => new Date(Date.now() - hours * HOUR).toISOString();

let rig: Rig;
let dataRoot: string;
beforeAll(async () => {
  rig = await createRig();
  dataRoot = temporaryFolder();
});
afterAll(() => rig.close());

const { scheduleOf } = breakerRuns(() => rig);

type Record = WorkflowHandle<typeof clusterWorkflow>;
const watchOf = async (record: Record): Promise<Watch> => (await record.query(clusterStatusQuery)).watch;

/** A record whose last verdict is nine hours old, and which looks at its schedule in a moment; by the real activities. */
async function startRecord(
  cluster: string,
  change: Partial<Watch> = {},
  refused = false,
): Promise<{ record: Record; sent: Notification[] }> {
  const sent: Notification[] = [];
  const send = (message: Notification): Promise<void> =>
    refused ? Promise.reject(new NotifyError('HTTP 403', false)) : Promise.resolve(void sent.push(message));
  rig.hostOfSchedule(cluster, {
    instead: createWatchActivities({
      notifiersOf: () => [{ name: 'test', send }],
      own: { dataRoot, configPath: '/srv/chaos/config.yml' },
    }),
  });
  const watch: Watch = {
    ...newWatch(NEW_BREAKER, Date.now()),
    nextLookAt: new Date(Date.now() + 50).toISOString(),
    expected: { everyMs: 4 * HOUR, since: ago(50), configPath: null },
    lastVerdict: { runId: 'run-7', headline: 'PASS', finishedAt: ago(9.1) },
    ...change,
  };
  const record = await rig.env.client.workflow.start<typeof clusterWorkflow>('ClusterWorkflow', {
    workflowId: clusterWorkflowId(cluster),
    taskQueue: CHAOS_QUEUE,
    args: [{ cluster, holder: null, watch }],
  });
  return { record, sent };
}

/** Waits for the end of the look that is due. */
const looked = (record: Record): Promise<Watch> =>
  vi.waitFor(async () => {
    const watch = await watchOf(record);
    expect(Date.parse(watch.nextLookAt)).toBeGreaterThan(Date.now() + HOUR / 2);
    return watch;
  }, UNTIL_SEEN);

describe.concurrent('a record whose last verdict is nine hours old', () => {
  it('tells people once, and the history that a verdict is waited for', async () => {
    await scheduleOf('late', (4 * HOUR) / 1000);
    const { record, sent } = await startRecord('late');
    await vi.waitFor(async () => expect((await watchOf(record)).toldSince).not.toBeNull(), UNTIL_SEEN);
    expect(sent).toMatchObject([{ kind: 'overdue', cluster: 'late', text: expect.stringContaining('9 h') }]);
    const { lastVerdict, toldSince } = await watchOf(record);
    expect(toldSince).toBe(lastVerdict?.finishedAt);
    expect(readdirSync(join(dataRoot, 'notices'))).toContainEqual(expect.stringMatching(/^late-/));
    const noted = JSON.parse(readFileSync(join(dataRoot, 'breakers.json'), 'utf8')) as { cluster: string }[];
    expect(noted.find(({ cluster }) => cluster === 'late')).toMatchObject({
      waiting: { since: lastVerdict?.finishedAt, every_ms: 4 * HOUR, overdue_after_ms: 9 * HOUR },
    });
  });

  it('says nothing more of an outage that people know of', async () => {
    await scheduleOf('known', (4 * HOUR) / 1000);
    const finishedAt = ago(9.1);
    const lastVerdict = { runId: 'run-7', headline: 'PASS', finishedAt } as const;
    const { record, sent } = await startRecord('known', { lastVerdict, toldSince: finishedAt });
    expect(await looked(record)).toMatchObject({ toldSince: finishedAt });
    expect(sent).toEqual([]);
  });

  it('says nothing while a person has paused the schedule, or where there is none', async () => {
    await (await scheduleOf('off', (4 * HOUR) / 1000)).pause('paused by bob');
    for (const cluster of ['off', 'none']) {
      const { record, sent } = await startRecord(cluster);
      expect(await looked(record)).toMatchObject({ expected: null, toldSince: null });
      expect(sent).toEqual([]);
    }
  });

  it('tries again after the next look if the message does not get through', async () => {
    await scheduleOf('mute', (4 * HOUR) / 1000);
    const { record } = await startRecord('mute', {}, true);
    expect(await looked(record)).toMatchObject({ toldSince: null });
    const timers = await vi.waitFor(async () => {
      const { events } = await record.fetchHistory();
      const started = events?.flatMap(({ timerStartedEventAttributes: timer }) => timer ?? []) ?? [];
      expect(started).toHaveLength(2);
      return started;
    }, UNTIL_SEEN);
    expect(Number(timers[1]?.startToFireTimeout?.seconds)).toBeGreaterThan(HOUR / 2000);
  });
});
