import { ApplicationFailure, Context } from '@temporalio/activity';
import { describe, expect, it, vi } from 'vitest';
import { answered, askServer, asActivity, driverOf, planOf } from '../../src/activities/support.js';
import { ChaosError, ERRORS, messageOf } from '../../src/domain/errors.js';
import { activityEnvironment, plannedRun, serverWith } from '../../testing/activities.js';
import { temporaryFolder } from '../../testing/processes.js';

const inActivity = <T>(body: (signal: AbortSignal) => Promise<T>): Promise<T> =>
  activityEnvironment().run(() => asActivity(body));
const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'nothing',
    (error: unknown) => error,
  );

describe('an activity', () => {
  it.each(['CONFIG_INVALID', 'REMOTE_UNREACHABLE'] as const)(
    'fails with the code of an expected error, what to do, whom it is about, and tried again as the table says: %s',
    async (code) => {
      const error = await thrownBy(
        inActivity(() => Promise.reject(new ChaosError(code, 'expected a, got b', 'run-2'))),
      );
      expect(error).toBeInstanceOf(ApplicationFailure);
      const { retryable, remedy } = ERRORS[code];
      expect(error).toMatchObject({ type: code, nonRetryable: !retryable, details: ['run-2'] });
      expect(String(error)).toContain(`expected a, got b — ${remedy}`);
    },
  );

  it('lets an error through that nobody expected', async () => {
    const bug = new TypeError('x is not a function');
    expect(await thrownBy(inActivity(() => Promise.reject(bug)))).toBe(bug);
  });

  it('that was broken off is cancelled, whatever it threw on its way out', async () => {
    const environment = activityEnvironment();
    const work = thrownBy(
      environment.run(() =>
        asActivity(async (signal) => {
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
          throw new ChaosError('CLUSTER_START_FAILED', 'n3 exited');
        }),
      ),
    );
    environment.cancel('CANCELLED');
    expect(await work).toMatchObject({ name: 'CancelledFailure' });
  });

  it('heartbeats while it works, and no longer', async () => {
    vi.useFakeTimers();
    try {
      const environment = activityEnvironment();
      let beats = 0;
      environment.on('heartbeat', () => (beats += 1));
      const work = environment.run(() => asActivity(() => new Promise<void>((resolve) => setTimeout(resolve, 3500))));
      await vi.advanceTimersByTimeAsync(3500);
      await work;
      expect(beats).toBe(3);
      await vi.advanceTimersByTimeAsync(3000);
      expect(beats).toBe(3);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a question to the server', () => {
  it('is given up with the activity', async () => {
    const environment = activityEnvironment(serverWith({}));
    const work = thrownBy(environment.run(() => askServer(() => new Promise(() => undefined))));
    environment.cancel('WORKER_SHUTDOWN');
    expect(await work).toMatchObject({ name: 'CancelledFailure' });
  });
});

describe('the plan of a run', () => {
  it('is the one that was written down, with its driver', () => {
    const { plan, run } = plannedRun(temporaryFolder());
    expect(planOf(run)).toEqual(plan);
    expect(driverOf(plan).name).toBe('rehearsal');
  });

  it('that is not on this host is an error that says where it was expected', () => {
    expect(() => planOf({ runId: 'r9', runDir: '/nowhere/r9' })).toThrow(/run r9 at \/nowhere\/r9\/plan\.json/);
  });
});

describe('an error that is an answer', () => {
  const answer = <T extends object>(work: () => Promise<T>, known?: () => Partial<T>) =>
    activityEnvironment().run(() => answered(work, known));

  it('says what went wrong, and what is known besides', async () => {
    const fails = (): Promise<{ us: number }> => Promise.reject(new Error('no such pid'));
    expect(await answer(fails)).toEqual({ error: 'no such pid' });
    expect(await answer(fails, () => ({ us: 7 }))).toEqual({ us: 7, error: 'no such pid' });
  });

  it('is null where the work was done', async () => {
    expect(await answer(() => Promise.resolve({ us: 7 }))).toEqual({ us: 7, error: null });
  });

  it('is none where the activity was broken off', async () => {
    const environment = activityEnvironment();
    const work = thrownBy(environment.run(() => answered(() => Context.current().cancelled)));
    environment.cancel('CANCELLED');
    expect(await work).toMatchObject({ name: 'CancelledFailure' });
  });

  it('is short enough for a history', () => {
    expect(messageOf(new Error('x'.repeat(2000)))).toHaveLength(600);
    expect(messageOf('just a text')).toBe('just a text');
  });
});
