import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { beforeAll, expect, it } from 'vitest';
import { installRoot } from '../../src/host/os/tools.js';
import { replayProblem } from '../../src/temporal/worker-side.js';
import { BUNDLE_PATH, quietRuntime } from '../../testing/workflows/rig.js';

beforeAll(quietRuntime);

interface Recorded {
  readonly events: readonly { readonly workflowExecutionStartedEventAttributes?: { readonly workflowId: string } }[];
}
const recorded = JSON.parse(readFileSync(join(installRoot, 'test/histories/run-passed.json'), 'utf8')) as Recorded;
const client = {
  workflow: { getHandle: () => ({ fetchHistory: () => Promise.resolve(recorded) }) },
} as unknown as Client;
// A run names its scenarios after itself.
const workflowId = recorded.events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '';
const run = { workflowId, temporalRunId: 't', build: 'a' };

it('a run that these workflows can go on with has no problem', async () => {
  expect(await replayProblem(client, run, { codePath: BUNDLE_PATH })).toBeUndefined();
});

it('workflows that decide otherwise say where', async () => {
  const code = readFileSync(BUNDLE_PATH, 'utf8').replaceAll("'ScenarioWorkflow', {", "'OtherWorkflow', {");
  expect(await replayProblem(client, run, { code })).toContain('TMPRL1100');
});
