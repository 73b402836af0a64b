import type { Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { holdingRun, otherThanAsked, type Asked } from '../../src/client/holding-run.js';
import { clusterWorkflowId } from '../../src/domain/ids.js';
import type { Holder } from '../../src/messages/cluster-record.js';

const holder: Holder = { workflowId: 'run-1', temporalRunId: 't1', kind: 'single', since: 'T' };
const progress = { scenarios: [{ name: 'kill', status: 'running' }], sdks: ['go', 'rust'] };

/** A server with a cluster's record, and the run that it names. */
function serverWith(run: {
  holder?: Holder | null;
  status?: string;
  cancelRequested?: boolean;
  answers?: boolean;
}): Client {
  const { status = 'RUNNING', cancelRequested = false, answers = true } = run;
  const record = { cluster: 'local', holder: run.holder === undefined ? holder : run.holder };
  const getHandle = (id: string): object => ({
    query: () => {
      if (!answers) return Promise.reject(new Error('no poller'));
      return Promise.resolve(id === clusterWorkflowId('local') ? record : progress);
    },
    describe: () =>
      Promise.resolve({
        status: { name: id === holder.workflowId ? status : 'RUNNING' },
        raw: { workflowExtendedInfo: { cancelRequested } },
      }),
  });
  return { workflow: { getHandle } } as unknown as Client;
}

describe('the run that holds a cluster', () => {
  it('is the open one that the record names, and whether it was cancelled is known', async () => {
    expect(await holdingRun(serverWith({}), 'local')).toEqual({ ...holder, isCancelled: false });
    expect(await holdingRun(serverWith({ cancelRequested: true }), 'local')).toMatchObject({ isCancelled: true });
  });

  it.each([
    ['nobody has it', { holder: null }],
    ['who has it is closed', { status: 'TERMINATED' }],
    ['nobody answers', { answers: false }],
  ])('is none where %s', async (_, run) => {
    expect(await holdingRun(serverWith(run), 'local')).toBeUndefined();
  });
});

describe('what was asked for', () => {
  const asked = (change: Partial<Asked['request']> = {}, scenarios = ['kill'], sdks = ['rust', 'go']): Asked => ({
    request: { config: '/c.yml', scenario: 'kill', ...change },
    ...{ scenarios, sdks },
  });

  it('is what the run is, where kind, scenarios and SDKs are the same', async () => {
    expect(await otherThanAsked(serverWith({}), holder, asked())).toBeUndefined();
  });

  it('is something else otherwise: both are named, and what to type', async () => {
    expect(await otherThanAsked(serverWith({}), holder, asked({ scenario: 'delay' }, ['delay']))).toEqual({
      why: 'asked for was delay with rust, go; run run-1 is kill with go, rust',
      command: 'robustmq-chaos scenario delay --config /c.yml',
    });
    expect(await otherThanAsked(serverWith({}), holder, asked({ sdks: ['go'] }, ['kill'], ['go']))).toMatchObject({
      command: 'robustmq-chaos scenario kill --sdk go --config /c.yml',
    });
    // A round of one scenario counts; a single scenario does not.
    const round: Asked = { request: { config: '/c.yml' }, scenarios: ['kill'], sdks: ['go', 'rust'] };
    expect(await otherThanAsked(serverWith({}), holder, round)).toEqual({
      why: 'asked for was a full round (kill) with go, rust; run run-1 is kill with go, rust',
      command: 'robustmq-chaos round --config /c.yml',
    });
  });

  it('is not compared with what nobody answers', async () => {
    expect(await otherThanAsked(serverWith({ answers: false }), holder, asked({ scenario: 'delay' }))).toBeUndefined();
  });
});
