import { describe, expect, it } from 'vitest';
import { monotonicUs, now, pollUntil } from '../../../src/host/os/clock.js';

describe('polling', () => {
  it('goes on over answers of "not yet" and over errors, and gives the first value', async () => {
    let calls = 0;
    const attempt = (): Promise<string | undefined> => {
      calls += 1;
      if (calls === 1) return Promise.reject(new Error('not up'));
      return Promise.resolve(calls < 4 ? undefined : 'up');
    };
    expect(await pollUntil(attempt, { limitMs: 10_000, everyMs: 1 })).toBe('up');
    expect(calls).toBe(4);
  });

  it('looks at least once, and gives up when its time is over', async () => {
    let calls = 0;
    const never = (): Promise<undefined> => {
      calls += 1;
      return Promise.resolve(undefined);
    };
    expect(await pollUntil<string>(never, { limitMs: 0, everyMs: 1 })).toBeUndefined();
    expect(calls).toBe(1);
  });

  it('takes a false or empty answer for an answer', async () => {
    expect(await pollUntil(() => Promise.resolve(false), { limitMs: 0, everyMs: 1 })).toBe(false);
  });

  it('ends when it is told to', async () => {
    const signal = AbortSignal.timeout(20);
    const waiting = pollUntil(() => Promise.resolve(undefined), { limitMs: 60_000, everyMs: 60_000, signal });
    await expect(waiting).rejects.toThrow(/abort/);
  });
});

it('both clocks of an instant go forward', () => {
  const [a, b] = [now(), now()];
  expect(b.us).toBeGreaterThanOrEqual(a.us);
  expect(monotonicUs()).toBeGreaterThanOrEqual(b.us);
  expect(Date.parse(b.at)).toBeGreaterThanOrEqual(Date.parse(a.at));
});
