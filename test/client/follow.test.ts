import { WorkflowFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, RetryState } from '@temporalio/common';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Display } from '../../src/client/display.js';
import { cancelling, ending, follow, seeToEnd, type Desk, type Ending } from '../../src/client/follow.js';
import type { Session } from '../../src/client/session.js';
import type { RunProgress } from '../../src/messages/progress.js';

interface Run {
  /** Answers to the query for the progress, one by one, and then the last one for ever. */
  readonly looks: readonly Partial<RunProgress>[];
  readonly status?: string;
  readonly result?: () => Promise<unknown>;
}

const quiet: Display = { show: () => undefined, say: () => undefined, end: () => undefined };

function followed({ looks, status = 'RUNNING', result = () => Promise.resolve('the result') }: Run): Promise<Ending> {
  const left = [...looks];
  const getHandle = () => ({
    query: () =>
      Promise.resolve({ current: null, result: null, pause: null, ...(left.length > 1 ? left.shift() : left[0]) }),
    describe: () => Promise.resolve({ status: { name: status } }),
    result,
  });
  const client = { workflow: { getHandle } } as unknown as Client;
  const session = { client, keepAlive: () => Promise.resolve() } as unknown as Session;
  return follow(session, 'run-1', quiet);
}

const failed = (cause: Error) => () =>
  Promise.reject(new WorkflowFailedError('it failed', cause, RetryState.MAXIMUM_ATTEMPTS_REACHED));
const verdict = { headline: 'CANCELLED' } as RunProgress['result'];

describe('a run that is followed', () => {
  it('is looked at until it is closed, and gives its result', async () => {
    const looks = [{ phase: 'scenario' }, { phase: 'closed' }] as const;
    expect(await followed({ looks, status: 'COMPLETED' })).toEqual({ kind: 'closed', result: 'the result' });
  });

  it('that waits for a human has its verdict and how to go on', async () => {
    const pause = { consecutiveFailures: 3 } as RunProgress['pause'];
    expect(await followed({ looks: [{ phase: 'paused', result: verdict, pause }] })).toEqual({
      ...{ kind: 'paused', result: verdict, pause },
    });
  });

  it('that was cancelled has its result in the answer to the query', async () => {
    const result = failed(new CancelledFailure('cancelled'));
    expect(await followed({ looks: [{ phase: 'closed', result: verdict }], status: 'CANCELED', result })).toEqual({
      ...{ kind: 'closed', result: verdict },
    });
  });

  it('that ended without a verdict is an error with its code, if it has one', async () => {
    const failure = ApplicationFailure.create({ type: 'CONFIG_INVALID', message: 'sdks: expected some' });
    const run = { looks: [{ phase: 'closed' }], status: 'FAILED' } as const;
    await expect(followed({ ...run, result: failed(failure) })).rejects.toMatchObject({
      ...{ code: 'CONFIG_INVALID', message: 'sdks: expected some' },
    });
    await expect(followed({ ...run, result: failed(new Error('a bug')) })).rejects.toThrow('a bug');
  });
});

describe('a run that is seen to its end', () => {
  interface Seen {
    readonly desk: Desk;
    readonly said: string[];
    readonly cancelled: string[];
  }
  /** The run goes on until the step is given. */
  function deskOf(steps: (() => void)[]): Seen {
    const [said, cancelled]: [string[], string[]] = [[], []];
    const getHandle = (id: string) => ({
      query: () => {
        steps.shift()?.();
        return Promise.resolve({
          current: null,
          result: null,
          pause: null,
          phase: steps.length > 0 ? 'scenario' : 'closed',
        });
      },
      describe: () => Promise.resolve({ status: { name: steps.length > 0 ? 'RUNNING' : 'COMPLETED' } }),
      result: () => Promise.resolve('the result'),
      cancel: () => Promise.resolve(void cancelled.push(id)),
    });
    const display: Display = { ...quiet, say: (text) => void said.push(text) };
    const session = {
      client: { workflow: { getHandle } } as unknown as Client,
      keepAlive: () => Promise.resolve(),
    } as unknown as Session;
    return { desk: { session, display, json: false, cluster: 'local' }, said, cancelled };
  }
  const interrupt = (signal: NodeJS.Signals) => () => void process.emit(signal, signal);

  /** What would end this process ends the test instead. */
  function exits(): unknown[] {
    const statuses: unknown[] = [];
    const exit = vi.spyOn(process, 'exit').mockImplementation((status) => {
      statuses.push(status);
      return undefined as never;
    });
    onTestFinished(() => exit.mockRestore());
    return statuses;
  }

  it('is cancelled by an interrupt, and left by another one, with who goes on with it', async () => {
    const { desk, said, cancelled } = deskOf([interrupt('SIGTERM'), interrupt('SIGHUP'), interrupt('SIGINT')]);
    const statuses = exits();
    const interrupts = cancelling(desk, 'run-1');
    const begun = vi.fn(() => Promise.resolve());
    expect(await seeToEnd(desk, 'run-1', interrupts, begun)).toEqual({ kind: 'closed', result: 'the result' });
    expect(begun).toHaveBeenCalledOnce();
    expect(cancelled).toEqual(['run-1']);
    expect(said).toEqual([
      expect.stringMatching(/^cancelling: /),
      expect.stringMatching(/The next round, or .* cancel/),
    ]);
    expect(statuses).toEqual([130]);
    expect(process.listenerCount('SIGHUP')).toBe(0);
  });

  it('and was cancelled before, is not cancelled again', async () => {
    const { desk, said, cancelled } = deskOf([interrupt('SIGINT')]);
    const interrupts = ending(desk, 'nothing is started');
    await seeToEnd(desk, 'run-1', interrupts);
    expect([cancelled, interrupts.came()]).toEqual([[], true]);
    expect(said).toEqual([expect.stringMatching(/^nothing is started; waiting/)]);
  });
});
