import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { percentile } from '../../src/domain/ledger.js';
import { table, type Row } from '../row.js';
import { historyOf, withRound, type IdleServer, type TimedEvent } from '../round.js';

const NOOPS = 200;
const P99_LIMIT_MS = 200;
const TASK_QUEUE = 'bench-noop';

/** From scheduled to started, first attempts alone: a later one waits on purpose. */
function delaysMs(histories: readonly (readonly TimedEvent[])[]): number[] {
  return histories.flatMap((events) => {
    const at = new Map(events.map(({ id, atMs }) => [id, atMs]));
    return events.flatMap(({ scheduledBy, attempt, atMs }) => {
      const scheduled = at.get(scheduledBy ?? -1);
      return scheduled === undefined || attempt !== 1 ? [] : [atMs - scheduled];
    });
  });
}

/** The same server with nothing to do but this. */
async function noopDelaysMs({ client, address }: IdleServer): Promise<number[]> {
  const connection = await NativeConnection.connect({ address });
  try {
    const worker = await Worker.create({
      connection,
      taskQueue: TASK_QUEUE,
      workflowsPath: fileURLToPath(new URL('noop-workflow.ts', import.meta.url)),
      activities: { nothing: async () => undefined },
    });
    const workflowId = 'bench-noop';
    await worker.runUntil(
      client.workflow.execute('noopWorkflow', { taskQueue: TASK_QUEUE, workflowId, args: [NOOPS] }),
    );
    return delaysMs([await historyOf(client, workflowId)]);
  } finally {
    await connection.close();
  }
}

/** Whether our activities wait for a worker longer than any activity must. */
export const scheduleToStart: Row = {
  id: 12,
  figure: 'schedule-to-start of our activities during a run against that of no-op activities on the same idle server',
  target: 'p99 ≤ 200 ms, p50 ≤ 2 ×',
  run: async (context) => {
    context.say('a round of five scenarios with short waits, then no-ops');
    return withRound(context, async ({ all }, server) => {
      const ours = delaysMs(all);
      const noops = await noopDelaysMs(server);
      const at = (values: readonly number[], p: number): number => percentile(values, p) ?? NaN;
      const [p50, p99] = [at(ours, 50), at(ours, 99)];
      const ratio = p50 / at(noops, 50);
      return {
        reached: ours.length > 0 && p99 <= P99_LIMIT_MS && ratio <= 2,
        value: `p99 ${p99.toFixed(1)} ms, p50 ${ratio.toFixed(2)} × that of no-ops`,
        detail: [
          table(
            ['activities', 'number', 'p50 ms', 'p90 ms', 'p99 ms', 'greatest ms'],
            [
              ['ours, in the round', ours],
              ['no-ops', noops],
            ].map(([name, values]) => [
              name as string,
              String((values as number[]).length),
              ...[50, 90, 99, 100].map((p) => at(values as number[], p).toFixed(2)),
            ]),
          ),
        ],
        data: { ours, noops },
      };
    });
  },
};
