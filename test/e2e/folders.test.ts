import { mkdirSync, rmdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { otherBuild } from '../../testing/other-build.js';
import {
  addCluster,
  catalogue,
  createSandbox,
  environmentIn,
  fileAppears,
  nothingLeft,
  onlyRunDir,
  removeSandbox,
  start,
  type Sandbox,
} from '../../testing/rounds/round.js';

// A real scenario in folders as they come: of the program, of its data, and of the system's temporary files.
const ODD_NAME = "it's %41 #1 目é";
/** Longer than the address of a Unix socket may be. */
const DEEP = Array.from({ length: 4 }, (_, i) => String(i).repeat(50));
/** Nothing that lies there can be started, which is seen before anything else. It goes with the last process that sees it. */
const NOEXEC =
  'mount -t tmpfs -o noexec tmpfs "$1"; cp /bin/true "$1"; if "$1/true"; then exit 99; fi; rm "$1/true"; shift; exec "$@"';

let sandbox: Sandbox;
let program: string;
let byLink: { exitCode?: number; stdout: string; stderr: string };
let seenByRealName: { holder: { workflowId: string } | null };

beforeAll(async () => {
  sandbox = createSandbox({ scenarios: [catalogue.quick('quick')] }, 'robustmq-chaos-folders-');
  const real = join(sandbox.root, ODD_NAME, ...DEEP);
  program = otherBuild(join(real, 'program'), 'folders', false);
  mkdirSync(join(real, 'data'));
  rmdirSync(sandbox.dataRoot);
  symlinkSync(join(real, 'data'), sandbox.dataRoot);
  const byRealName = addCluster(real, 'e2e', { scenarios: [catalogue.quick('quick')] });
  const temporary = join(sandbox.root, 'temporary');
  mkdirSync(temporary);
  const command = [join(program, 'dist/client/main.js'), 'scenario', 'quick', '--json', '--config', sandbox.config];
  const running = execa(
    'unshare',
    [...['--mount', '--propagation', 'private', 'sh', '-ec', NOEXEC, 'sh', temporary], process.execPath, ...command],
    { env: { ...environmentIn(sandbox), TMPDIR: temporary }, extendEnv: false, reject: false },
  );
  const runDir = await onlyRunDir(sandbox);
  await fileAppears(join(runDir, 'plan.json'));
  const status = await start(['status', '--json'], byRealName, undefined, program).done;
  seenByRealName = JSON.parse(status.stdout) as typeof seenByRealName;
  byLink = await running;
});

afterAll(() => removeSandbox(sandbox));

test('a scenario passes with every SDK in folders with odd names, 200 characters deep, behind a link, with a TMPDIR that starts nothing', () => {
  expect([byLink.exitCode, byLink.stderr]).toEqual([0, expect.stringMatching(/true: Permission denied[^]*quick/)]);
  expect(JSON.parse(byLink.stdout)).toMatchObject({ headline: 'PASS' });
  expect(program.length).toBeGreaterThan(200);
});

test('two names of a data folder are one: the run is seen by the other', () => {
  expect(seenByRealName.holder?.workflowId).toMatch(/^chaos-run-e2e-/);
});

test('nothing of it is left', async () => {
  expect(await nothingLeft(sandbox)).toEqual([]);
});
