import { describe, expect, it } from 'vitest';
import { monotonicUs } from '../../../src/host/os/clock.js';
import type { CommitAnswer, Remote, RemoteView } from '../../../src/host/publish/contract.js';
import { pushCommit, waitOrThrow, type Patience } from '../../../src/host/publish/push-commit.js';
import { RemoteError } from '../../../src/host/remote/remote-error.js';

const moved = { kind: 'moved', why: 'not a fast-forward' } as const;
const done = { kind: 'done' } as const;

/** A branch that gives these answers, one by one, and then the last one for ever. */
function branch(answers: readonly (CommitAnswer | Error)[], heads: readonly string[] = ['h1']) {
  const asked: { head: string; message: string; paths: readonly string[] }[] = [];
  let hasRun = false;
  let looks = 0;
  const remote: Remote = {
    look: (): Promise<RemoteView> => {
      looks += 1;
      return Promise.resolve({ head: heads[Math.min(looks, heads.length) - 1] ?? '', hasRun, index: null });
    },
    commit: (head, files, message) => {
      asked.push({ head, message, paths: files.map(({ path }) => path) });
      const answer = answers[Math.min(asked.length, answers.length) - 1] ?? done;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
  return { remote, asked, arrive: () => (hasRun = true) };
}

const patience = (change: Partial<Patience> = {}): Patience => ({
  firstDelayMs: 1,
  endUs: monotonicUs() + 5_000_000,
  signal: undefined,
  ...change,
});

const run = {
  runId: 'r1',
  message: 'PASS',
  files: ({ head }: RemoteView) => [{ path: `on-${head}`, content: Buffer.from('') }],
};

const unreachable = new RemoteError('REMOTE_UNREACHABLE', 'no network');

describe('a push', () => {
  it('is one commit on what the branch holds', async () => {
    const { remote, asked } = branch([done]);
    expect(await pushCommit(remote, run, patience())).toBe(true);
    expect(asked).toEqual([{ head: 'h1', message: 'PASS', paths: ['on-h1'] }]);
  });

  it('is not made where the run is there', async () => {
    const { remote, asked, arrive } = branch([done]);
    arrive();
    expect(await pushCommit(remote, run, patience())).toBe(false);
    expect(asked).toEqual([]);
  });

  it('that lost a race is made again on what the branch holds then', async () => {
    const { remote, asked } = branch([moved, done], ['h1', 'h2']);
    expect(await pushCommit(remote, run, patience())).toBe(true);
    expect(asked.map(({ paths }) => paths[0])).toEqual(['on-h1', 'on-h2']);
  });

  it('whose answer was lost is found, and not made a second time', async () => {
    const { remote, asked, arrive } = branch([unreachable, done]);
    const lossy: Remote = {
      ...remote,
      commit: (head, files, message) => {
        arrive();
        return remote.commit(head, files, message);
      },
    };
    expect(await pushCommit(lossy, run, patience())).toBe(false);
    expect(asked).toHaveLength(1);
  });

  it('that fails now and then is tried again', async () => {
    const { remote, asked } = branch([unreachable, unreachable, done]);
    expect(await pushCommit(remote, run, patience())).toBe(true);
    expect(asked).toHaveLength(3);
  });

  it('is given up where somebody moves the branch each time', async () => {
    const { remote, asked } = branch([moved], ['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7', 'h8', 'h9', 'h10', 'h11']);
    await expect(pushCommit(remote, run, patience())).rejects.toMatchObject({ code: 'REMOTE_CONTENDED' });
    expect(asked).toHaveLength(10);
  });

  it('is refused where the branch says that it moved, and has not', async () => {
    const { remote, asked } = branch([moved]);
    await expect(pushCommit(remote, run, patience())).rejects.toMatchObject({ code: 'REMOTE_REFUSED' });
    expect(asked).toHaveLength(3);
  });
});

describe('what failed', () => {
  it('is thrown on where trying again cannot help', async () => {
    const denied = new RemoteError('REMOTE_DENIED', 'no');
    await expect(waitOrThrow(denied, 1, patience())).rejects.toBe(denied);
    const own = new Error('a bug');
    await expect(waitOrThrow(own, 1, patience())).rejects.toBe(own);
  });

  it('is thrown on where the wait would be longer than there is time', async () => {
    const limited = new RemoteError('REMOTE_RATE_LIMITED', 'later', 60_000);
    await expect(waitOrThrow(limited, 1, patience())).rejects.toBe(limited);
    await expect(waitOrThrow(unreachable, 20, patience({ firstDelayMs: 1000 }))).rejects.toBe(unreachable);
  });

  it('is waited for as long as the service asks', async () => {
    const before = monotonicUs();
    await waitOrThrow(new RemoteError('REMOTE_RATE_LIMITED', 'later', 30), 1, patience());
    expect(monotonicUs() - before).toBeGreaterThanOrEqual(29_000);
  });

  it('is not waited for any longer once it is cancelled', async () => {
    const signal = AbortSignal.timeout(20);
    const limited = new RemoteError('REMOTE_RATE_LIMITED', 'later', 4000);
    const before = monotonicUs();
    await waitOrThrow(limited, 1, patience({ signal })).catch(() => undefined);
    expect(monotonicUs() - before).toBeLessThan(2_000_000);
  });
});
