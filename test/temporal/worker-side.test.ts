import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { installRoot } from '../../src/host/os/tools.js';
import { connectWorker, replayProblem } from '../../src/temporal/worker-side.js';
import { PROXY_VARIABLES, startConnectProxy } from '../../testing/connect-proxy.js';
import { startFrontend } from '../../testing/temporal-frontend.js';
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

describe('a worker connects', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it('to a server of this host directly, and to one elsewhere by the proxy of the environment', async () => {
    const frontend = await startFrontend();
    const proxy = await startConnectProxy({ 'temporal.test:7233': frontend.port });
    for (const name of PROXY_VARIABLES) vi.stubEnv(name, undefined);
    vi.stubEnv('https_proxy', `http://me:secret@127.0.0.1:${proxy.port}`);
    for (const address of [`127.0.0.1:${frontend.port}`, 'temporal.test:7233']) {
      const options = { address };
      const { connection } = await connectWorker(() => ({
        ...options,
        options,
        namespace: 'n',
        kind: 'outside',
        uiUrl: null,
      }));
      await connection.close();
    }
    expect(proxy.asked).toEqual([{ target: 'temporal.test:7233', login: 'me:secret' }]);
    await proxy.close();
    frontend.close();
  });
});
