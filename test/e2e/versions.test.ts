import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { dataPaths } from '../../src/host/layout/paths.js';
import { requireTool } from '../../src/host/os/tools.js';
import { listTickets } from '../../src/host/tickets/store.js';
import type { VersionsComparison } from '../../src/domain/versions.js';
import type { VersionsProgress } from '../../src/messages/versions.js';
import {
  catalogue,
  createSandbox,
  mustPoll,
  nothingLeft,
  removeSandbox,
  start,
  whileRunning,
  type Sandbox,
} from '../../testing/rounds/round.js';

// Real rounds on two versions of a broker. The second is one that does not start: what it does wrong must be found, and nothing else.
let sandbox: Sandbox;
afterEach(() => removeSandbox(sandbox));

function program(name: string, text: string): string {
  const path = join(sandbox.root, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

test('a series is taken up after its command was killed, finds the version that is worse, and leaves nothing in the history', async () => {
  sandbox = createSandbox({ sdks: ['go'], scenarios: [catalogue.kill] });
  const good = program('good', `exec '${requireTool('nats-server')}' "$@"`);
  const bad = program(
    'bad',
    `[ "$1" = --version ] && exec '${requireTool('nats-server')}' --version\necho no >&2; exit 3`,
  );
  const args = ['versions', '--binary', `good=${good}`, '--binary', `bad=${bad}`, '--rounds', '1', '--json'];
  const first = start(args, sandbox);
  await whileRunning(
    first,
    mustPoll('an injected fault', () => listTickets(sandbox.clusterDir).find(({ state }) => state === 'injected')),
  );
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  await first.done;
  const { status, stdout, stderr } = await start(args, sandbox).done;
  expect(stderr).toContain('taken up here');
  const { runs, compared, comparison } = JSON.parse(stdout) as VersionsProgress & { comparison: VersionsComparison };
  expect(runs.map(({ version, headline }) => [version, headline])).toEqual([
    [0, 'PASS'],
    [1, 'FAIL'],
  ]);
  expect([status, comparison.worse, compared?.answer]).toEqual([
    1,
    true,
    expect.stringMatching(/bad.* is worse than good/),
  ]);
  expect(readFileSync(compared?.markdownPath ?? '', 'utf8')).toContain(compared?.answer);
  const { runs: ordinary, series, historyJson } = dataPaths(sandbox.dataRoot);
  expect([existsSync(ordinary) ? readdirSync(ordinary) : [], existsSync(historyJson)]).toEqual([[], false]);
  expect(readdirSync(series).length).toBe(3);
  expect(await nothingLeft(sandbox)).toEqual([]);
});
