import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { syntheticRun } from '../../../testing/reports/synthetic.js';
import { writeRun } from '../../../testing/reports/stored.js';
import { chaos, place, refuses, runId, storeOneRun } from '../../../testing/stored-commands.js';

beforeEach(storeOneRun);

describe('compare', () => {
  test('puts two runs side by side, and marks what differs', async () => {
    const other = syntheticRun({ messages: 120, sdks: ['go', 'rust'], lostEvery: 0 });
    writeRun(join(place.root, 'data', 'runs', 'b'), { ...other, data: { ...other.data, runId: 'b' } });
    const { exitCode, stdout } = await chaos('compare', runId, 'b');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\| ≠ \| verdict \| FAIL \| PASS /m);
    expect(stdout).toMatch(/^\| \| leader-transfer: status \| passed \| passed /m);
    const same = JSON.parse((await chaos('compare', 'b', 'b', '--json')).stdout) as { a: string; b: string }[];
    expect(same.length).toBeGreaterThan(10);
    expect(same.filter(({ a, b }) => a !== b)).toEqual([]);
  });

  test('of a run that is not there names those that are', async () => {
    const words = new RegExp(`expected one with a report, got nowhere; the latest are ${runId}`);
    refuses(await chaos('compare', runId, 'nowhere'), 64, words);
  });

  test('names the first that is not there, also where there is none at all', async () => {
    rmSync(join(place.root, 'data'), { recursive: true });
    refuses(await chaos('compare', 'a', 'b'), 64, /got a; the latest are none/);
  });
});
