import { beforeEach, describe, expect, test } from 'vitest';
import { chaos, nothingStarted, place, refuses, storeOneRun } from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

describe('scenario', () => {
  test('that the catalogue does not have is refused with those that it has, before anything is started', async () => {
    refuses(await chaos('scenario', 'melt'), 64, /kill, got melt/);
    expect(nothingStarted(place.root)).toBe(true);
  });

  test('needs a name', async () => {
    expect(await chaos('scenario')).toMatchObject({ exitCode: 64, stdout: '' });
  });
});
