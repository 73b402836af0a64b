import { beforeEach, describe, expect, test } from 'vitest';
import { chaos, nothingStarted, place, storeOneRun } from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

describe('say', () => {
  test('of words that fit nothing names words that would, and starts nothing', async () => {
    const { exitCode, stdout, stderr } = await chaos('say', 'make', 'coffee');
    expect([exitCode, stdout]).toEqual([64, '']);
    expect(stderr).toContain('make coffee');
    expect(stderr.split('\n').length).toBeGreaterThan(1);
    expect(nothingStarted(place.root)).toBe(true);
  });
});
