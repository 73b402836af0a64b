// Files that a reader copies: each is checked by the tool of its kind.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { exitCodeOf, type Headline } from '../../src/domain/status.js';
import { installRoot } from '../../src/host/os/tools.js';
import { skippedWithout } from '../../testing/programs.js';

const FOLDER = join(installRoot, 'docs', 'examples');
const own = join(installRoot, '.tools', 'bin', 'actionlint');
/** Built by set-up, unless one is on PATH. */
const actionlint = existsSync(own) ? own : 'actionlint';

/** What actionlint says of a workflow; without the programs beside it that a machine may have or lack. */
function lint(workflow: string): { status: number | null; output: string } {
  const args = ['-no-color', '-shellcheck=', '-pyflakes=', '-'];
  const { status, stdout, stderr, error } = spawnSync(actionlint, args, { input: workflow, encoding: 'utf8' });
  return { status, output: error?.message ?? stdout + stderr };
}

const text = readFileSync(join(FOLDER, 'chaos-round.yml'), 'utf8');

it.skipIf(actionlint !== own && skippedWithout('actionlint', 'none: npm run setup builds it'))(
  'actionlint finds nothing in a workflow of docs/examples, and finds what is wrong',
  () => {
    expect(readdirSync(FOLDER)).toEqual(['chaos-round.yml']);
    expect(lint(text)).toEqual({ status: 0, output: '' });
    expect(lint(text.replace('runs-on', 'run-on'))).toMatchObject({ status: 1 });
    expect(lint(text.replace('github.run_id', 'github.runid')).output).toContain('"runid" is not defined');
  },
);

interface Workflow {
  readonly jobs: { readonly round: { readonly steps: readonly { readonly name?: string; readonly run?: string }[] } };
}

const script = (parse(text) as Workflow).jobs.round.steps.find(({ name }) => name === 'Round')?.run ?? '';

it.each<[Headline, number]>([
  ['PASS', 0],
  ['FAIL', 1],
  ['INVALID', 2],
  ['KNOWN', 0],
  ['REFUSED', 75],
])('its step ends a round that is %s with %i, and says the verdict', (headline, status) => {
  const npm = `npm() { [ "$*" = "run round" ] && return ${exitCodeOf(headline)}; }\n`;
  // As GitHub runs a step.
  const ran = spawnSync('bash', ['-e', '-c', npm + script], { encoding: 'utf8' });
  expect(ran.status).toBe(status);
  expect(ran.stdout).toMatch(
    headline === 'REFUSED' ? /no verdict \(exit status 75/ : new RegExp(`^::\\w+::${headline}\\b`),
  );
});
