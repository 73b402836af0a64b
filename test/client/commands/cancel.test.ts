import { beforeEach, describe, expect, test } from 'vitest';
import { chaos, nothingStarted, place, storeOneRun } from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

describe('cancel', () => {
  test('without a server says so, and starts none', async () => {
    const { exitCode, stdout, stderr } = await chaos('cancel');
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^robustmq-chaos: .*Temporal/);
    expect(nothingStarted(place.root)).toBe(true);
  });
});
