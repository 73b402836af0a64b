import { beforeEach, describe, expect, test } from 'vitest';
import { chaos, nothingStarted, place, refuses, storeOneRun } from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

describe('cancel', () => {
  test('where no run was ever started says so, and starts nothing', async () => {
    refuses(
      await chaos('cancel'),
      1,
      /^robustmq-chaos: nothing is cancelled: no run was ever started here: .*temporal\.db$/,
    );
    expect(nothingStarted(place.root)).toBe(true);
  });
});
