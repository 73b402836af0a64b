import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure, RetryState } from '@temporalio/common';
import { beforeEach, expect, it } from 'vitest';
import { seeVersionsToEnd, startOrTakeUp, type VersionsDesk } from '../../src/client/follow-versions.js';
import type { Session } from '../../src/client/session.js';
import type { VersionsProgress } from '../../src/messages/versions.js';
import { seriesPlan } from '../../testing/series/plan.js';

const request = { versions: seriesPlan.versions, rounds: 2 };
const nothing: VersionsProgress = {
  ...{ request, plan: seriesPlan, runs: [], current: null, compared: null, cancelled: false, problem: null },
};
const run = (round: number, version: number) => ({
  ...{
    round,
    version,
    workflowId: `w${round}${version}`,
    runId: `r${round}${version}`,
    headline: 'PASS' as const,
    summary: '',
  },
});
const compared = { answer: 'no difference', worse: false, undecided: false, jsonPath: '/j', markdownPath: '/m' };

let isInterrupted = false;
beforeEach(() => {
  isInterrupted = false;
});

/** A server whose series answers one by one what it is given, and is over with the last. */
function desk(
  answers: readonly (VersionsProgress | Error)[],
  running?: VersionsProgress,
  { status = 'COMPLETED', result = () => Promise.resolve() }: { status?: string; result?: () => Promise<unknown> } = {},
) {
  const said: string[] = [];
  const started: unknown[] = [];
  const followed: string[] = [];
  const left = [...answers];
  const getHandle = () => ({
    describe: () => Promise.resolve({ raw: {}, status: { name: left.length > 1 ? 'RUNNING' : status } }),
    result,
    query: () => {
      if (running !== undefined) return Promise.resolve(running);
      const answer = left.length > 1 ? left.shift() : left[0];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  const start = (_type: string, options: { args: unknown[] }) => {
    if (running !== undefined)
      throw new WorkflowExecutionAlreadyStartedError('there', 'versions-local', 'VersionsWorkflow');
    started.push(options.args[0]);
    return Promise.resolve();
  };
  const session = {
    client: { workflow: { getHandle, start } } as unknown as Client,
    place: { kind: 'outside', address: 'a:1', namespace: 'n' },
    keepAlive: () => Promise.resolve(),
    follow: (id: string) => Promise.resolve(followed.push(id) > 0),
  } as unknown as Session;
  const display = { show: () => undefined, say: (text: string) => void said.push(text), end: () => undefined };
  const made: VersionsDesk = {
    ...{ session, display, cluster: 'local', workflowId: 'versions-local' },
    interrupted: () => isInterrupted,
  };
  return { made, said, started, followed };
}

it('a series is started, and followed by this command', async () => {
  const { made, said, started, followed } = desk([]);
  expect(await startOrTakeUp(made, request)).toBeUndefined();
  expect([started, followed]).toEqual([[request], ['versions-local']]);
  expect(said[0]).toMatch(/2 rounds each of A \(.*\), B \(.*\)/);
});

it('nothing is started after an interrupt', async () => {
  const { made, started } = desk([]);
  isInterrupted = true;
  expect(await startOrTakeUp(made, request)).toMatch(/^interrupted/);
  expect(started).toEqual([]);
});

it('the same one that goes on already is taken up; another one is named, and nothing is started', async () => {
  const same = desk([], nothing);
  expect(await startOrTakeUp(same.made, { ...request, scenarios: undefined })).toBeUndefined();
  expect([same.started, same.followed]).toEqual([[], ['versions-local']]);
  const other = desk([], { ...nothing, request: { ...request, rounds: 9 } });
  expect(await startOrTakeUp(other.made, request)).toMatch(/9 rounds each of A/);
  expect(other.followed).toEqual([]);
});

it('each run that ends is said once, with what the runs say so far, also by a server that does not answer for a while', async () => {
  const one = { ...nothing, runs: [run(1, 0)], compared };
  const all = { ...one, runs: [run(1, 0), run(1, 1)] };
  const { made, said } = desk([nothing, new Error('no answer'), one, one, all]);
  expect(await seeVersionsToEnd(made)).toEqual(all);
  expect(said).toEqual([
    'round 1 of 2, A: PASS (r10)',
    '  so far: no difference',
    'round 1 of 2, B: PASS (r11)',
    '  so far: no difference',
  ]);
});

it('one that was ended is no whole series, and one that could not begin is an error of its config', async () => {
  const end = (status: string, type: string) => {
    const failure = ApplicationFailure.create({ type, message: 'version A: expected a program' });
    const result = () => Promise.reject(new WorkflowFailedError('it failed', failure, RetryState.TIMEOUT));
    return seeVersionsToEnd(desk([nothing], undefined, { status, result }).made);
  };
  expect((await end('TERMINATED', ''))?.problem).toBe('it was ended before its last run (terminated)');
  expect((await end('FAILED', 'DISK_FULL'))?.problem).toMatch(/\(failed\): version A/);
  await expect(end('FAILED', 'CONFIG_INVALID')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  expect(await seeVersionsToEnd(desk([nothing], undefined, { status: 'CANCELLED' }).made)).toMatchObject({
    cancelled: true,
  });
});

it('of a run that says nothing of the broker it is said why', async () => {
  const invalid = { ...run(1, 0), headline: 'INVALID' as const, summary: 'the disk is full' };
  const { made, said } = desk([{ ...nothing, runs: [invalid] }]);
  await seeVersionsToEnd(made);
  expect(said).toEqual(['round 1 of 2, A: INVALID (r10): the disk is full']);
});
