import type { Client } from '@temporalio/client';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TemporalPlace } from '../../src/temporal/connection.js';
import { GONE_AFTER_MS, keepBuild, type Look } from '../../src/temporal/keep-build.js';

/** What the server knows; the test changes it. */
interface Server {
  /** What it says to whoever would make a build current. */
  refuses?: Error;
  current: string | null;
  everCurrent: string[];
  asking: string[];
  /** Id of an open workflow → its build. */
  open: Record<string, string | null>;
  isAway: boolean;
}
let server: Server;
let said: string[];
let clockMs: number;
let problems: Record<string, string>;

beforeEach(() => {
  server = { current: 'old', everCurrent: ['old'], asking: ['old', 'new'], open: {}, isAway: false };
  [said, clockMs, problems] = [[], 0, {}];
});

const client = {
  options: { namespace: 'n' },
  workflow: {
    list: () => Object.keys(server.open).map((workflowId) => ({ workflowId })),
    getHandle: (workflowId: string) => ({
      describe: () => {
        const buildId = server.open[workflowId];
        return Promise.resolve({
          runId: 't',
          raw: { workflowExecutionInfo: { versioningInfo: { deploymentVersion: { buildId } } } },
        });
      },
      fetchHistory: () => Promise.resolve({ events: [] }),
    }),
  },
  workflowService: {
    describeWorkerDeployment: () => {
      if (server.isAway) return Promise.reject(new Error('the server is away'));
      const versionSummaries = server.everCurrent.map((buildId) => ({
        deploymentVersion: { buildId },
        lastCurrentTime: {},
      }));
      const currentDeploymentVersion = server.current === null ? null : { buildId: server.current };
      return Promise.resolve({
        workerDeploymentInfo: { routingConfig: { currentDeploymentVersion }, versionSummaries },
      });
    },
    setWorkerDeploymentCurrentVersion: ({ buildId }: { buildId: string }) => {
      if (server.refuses !== undefined) return Promise.reject(server.refuses);
      server.current = buildId;
      server.everCurrent.push(buildId);
      return Promise.resolve({});
    },
    describeTaskQueue: () => {
      const lastAccessTime = { seconds: Math.floor(Date.now() / 1000) };
      const pollers = server.asking.map((buildId) => ({
        identity: '1@elsewhere',
        lastAccessTime,
        deploymentOptions: { buildId },
      }));
      return Promise.resolve({ pollers });
    },
    updateWorkflowExecutionOptions: (request: {
      workflowExecution: { workflowId: string };
      workflowExecutionOptions: { versioningOverride: { pinned: { version: { buildId: string } } } };
    }) => {
      const { workflowId } = request.workflowExecution;
      server.open[workflowId] = request.workflowExecutionOptions.versioningOverride.pinned.version.buildId;
      return Promise.resolve({});
    },
  },
} as unknown as Client;

const place = { address: 'h:1', namespace: 'n', uiUrl: null, options: {} };
const looking = (kind: TemporalPlace['kind'] = 'embedded', setCurrent = false, own = 'new'): Look =>
  keepBuild({
    ...{ client, own, setCurrent },
    place: { ...place, kind },
    replayProblem: ({ workflowId }) => Promise.resolve(problems[workflowId]),
    say: (line) => void said.push(line),
    nowMs: () => clockMs,
  });

describe('the current build', () => {
  it('is a new one on the embedded server, and is said once', async () => {
    const look = looking();
    expect(await look()).toBe(true);
    await look();
    expect(server.current).toBe('new');
    expect(said).toEqual(['build new is current, instead of old']);
  });

  it('stays on another server, and it is said what to type', async () => {
    await looking('outside')();
    expect(server.current).toBe('old');
    expect(said).toEqual([
      'build new is not current: new runs go to old. To make it current: temporal worker deployment set-current-version ' +
        '--deployment-name robustmq-chaos --build-id new --address h:1 --namespace n',
    ]);
    await looking('outside', true)();
    expect(server.current).toBe('new');
  });

  it('may be refused: that is said once, with what somebody else types', async () => {
    Object.assign(server, {
      current: null,
      everCurrent: [],
      refuses: Object.assign(new Error('7'), { code: 7, details: 'no' }),
    });
    const look = looking('outside');
    expect([await look(), await look()]).toEqual([true, true]);
    expect(said).toEqual([
      'build new may not become current (PERMISSION_DENIED: no): new runs go to nobody. Somebody who may do it types: ' +
        'temporal worker deployment set-current-version --deployment-name robustmq-chaos --build-id new --address h:1 --namespace n',
    ]);
  });

  it('is not an older one that goes on beside, until the new one has been away for a while', async () => {
    Object.assign(server, { current: 'new', everCurrent: ['old', 'new'] });
    const look = looking('embedded', false, 'old');
    await look();
    server.asking = ['old'];
    await look();
    clockMs += GONE_AFTER_MS - 1;
    await look();
    expect(server.current).toBe('new');
    clockMs += 1;
    await look();
    expect(server.current).toBe('old');
  });
});

describe('an open run', () => {
  beforeEach(() => void Object.assign(server, { open: { r: 'old', 'r/s': 'old', mine: 'new', ancient: null } }));

  it('stays with its build as long as that has a worker', async () => {
    await looking()();
    expect(server.open).toEqual({ r: 'old', 'r/s': 'old', mine: 'new', ancient: null });
  });

  it('is taken over with its scenario by a worker that comes after the last one of its build', async () => {
    server.asking = ['new'];
    await looking()();
    expect(server.open).toEqual({ r: 'new', 'r/s': 'new', mine: 'new', ancient: null });
    expect(said).toEqual([
      'build new is current, instead of old',
      'build new has taken over r of build old, of which no worker is there',
      'build new has taken over r/s of build old, of which no worker is there',
    ]);
  });

  it('waits for a worker that is started again, and is taken over if that does not come', async () => {
    const look = looking();
    await look();
    server.asking = ['new'];
    await look();
    clockMs += GONE_AFTER_MS - 1;
    server.asking = ['old', 'new'];
    await look();
    server.asking = ['new'];
    clockMs += 1;
    await look();
    expect(server.open['r']).toBe('old');
    clockMs += GONE_AFTER_MS;
    await look();
    expect(server.open['r']).toBe('new');
  });

  it('stays as a whole, and is named once, if it or its scenario cannot be replayed', async () => {
    server.asking = ['new'];
    problems['r/s'] = 'nondeterminism';
    const look = looking();
    await look();
    await look();
    expect(server.open).toMatchObject({ r: 'old', 'r/s': 'old' });
    expect(said.slice(1)).toEqual([
      'build new cannot take over r/s of build old, of which no worker is there: nondeterminism. Start a worker of build old again',
    ]);
  });

  it('is left alone by a worker whose build is not current', async () => {
    server.asking = ['new'];
    await looking('outside')();
    expect(server.open).toMatchObject({ r: 'old', 'r/s': 'old' });
    expect(said[0]).toContain('new runs go to old, of which no worker is there');
  });
});

it('a server that does not answer for long is said once, and is asked again', async () => {
  const look = looking();
  server.isAway = true;
  for (let time = 0; time < 30; time += 1) expect(await look()).toBe(false);
  expect(said).toEqual(['the builds could not be looked at: the server is away']);
  server.isAway = false;
  expect(await look()).toBe(true);
  expect(server.current).toBe('new');
});
