import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../../testing/program.js';
import { chaos, nothingStarted, place, refuses, storeOneRun } from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

describe('round', () => {
  test('with an SDK that the config does not have is refused before anything is started', async () => {
    refuses(await chaos('round', '--sdk', 'go,cobol'), 64, /cobol/);
    expect(nothingStarted(place.root)).toBe(true);
  });

  test('with a config that is wrong names every problem', async () => {
    writeFileSync(place.config, 'sdks: []\nscenarios: []\n');
    const { exitCode, stderr } = await chaos('round');
    expect(exitCode).toBe(64);
    for (const word of ['sdks', 'scenarios']) expect(stderr).toContain(word);
  });

  test('without its config says which file it missed', async () => {
    refuses(await run(['round', '--config', join(place.root, 'none.yml')]), 64, /none\.yml/);
  });
});
