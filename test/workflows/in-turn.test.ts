import { CancelledFailure } from '@temporalio/workflow';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { inTurn, type Step } from '../../src/workflows/in-turn.js';

/** Stands for the scope of a workflow, of which one thing is asked. */
const scope = vi.hoisted(() => ({ consideredCancelled: false }));
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  CancellationScope: { current: () => scope },
}));
beforeEach(() => {
  scope.consideredCancelled = false;
});

interface Things {
  readonly first: string | null;
  readonly second: string | null;
}

const NOTHING: Things = { first: null, second: null };
const first: Step<Things> = () => Promise.resolve({ first: 'a' });
const second: Step<Things> = (soFar) => Promise.resolve({ second: `b after ${String(soFar.first)}` });
const failing =
  (reason: unknown): Step<Things> =>
  () =>
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- this is about what is no Error, too
    Promise.reject(reason);

describe('steps in turn', () => {
  it('are each given what is known so far, and add to it', async () => {
    expect(await inTurn(NOTHING, [first, second])).toEqual({
      found: { first: 'a', second: 'b after a' },
      stopped: undefined,
    });
  });

  it('end with an error, and what was found before it is kept', async () => {
    const error = new Error('no such pid');
    const taken: string[] = [];
    const later: Step<Things> = () => Promise.resolve(void taken.push('later')).then(() => ({}));
    expect(await inTurn(NOTHING, [first, failing(error), later])).toEqual({
      found: { first: 'a', second: null },
      stopped: error,
    });
    expect(taken).toEqual([]);
  });

  it('end with an error whatever was thrown', async () => {
    const { stopped } = await inTurn(NOTHING, [failing('just a text')]);
    expect(stopped).toEqual(new Error('just a text'));
  });

  it('end with a cancellation before the next one begins, and what was found before it is kept', async () => {
    const cancelling: Step<Things> = () => {
      scope.consideredCancelled = true;
      return Promise.resolve({ first: 'a' });
    };
    const { found, stopped } = await inTurn(NOTHING, [cancelling, second]);
    expect(found).toEqual({ first: 'a', second: null });
    expect(stopped).toBeInstanceOf(CancelledFailure);
  });

  it('were not stopped by a cancellation that came when they were through', async () => {
    const last: Step<Things> = () => {
      scope.consideredCancelled = true;
      return Promise.resolve({ second: 'b' });
    };
    expect(await inTurn(NOTHING, [last])).toMatchObject({ found: { second: 'b' }, stopped: undefined });
  });
});
