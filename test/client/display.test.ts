import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { createDisplay } from '../../src/client/display.js';
import { runPaths } from '../../src/host/layout/paths.js';
import { phasePaths } from '../../src/host/layout/phase-paths.js';
import { writeJson } from '../../src/host/os/files.js';
import type { RunProgress, ScenarioProgress } from '../../src/messages/progress.js';
import { temporaryFolder } from '../../testing/processes.js';
import { scratchFolder } from '../../testing/scratch.js';
import { goodResult } from '../../testing/values.js';

const progress = (change: Partial<RunProgress>): RunProgress => ({
  ...{ runId: 'run-1', runDir: null, sdks: ['go'], cluster: 'local', phase: 'scenario', since: 'T1' },
  ...{ scenarios: [], control: [], current: null, result: null, pause: null, notes: [] },
  ...change,
});
const scenarioAt = (step: ScenarioProgress['step'], change: Partial<ScenarioProgress> = {}): ScenarioProgress => ({
  ...{ scenario: 'kill', step, since: 'T2', limitMs: null, detail: 'n2', clients: [] },
  ...change,
});

/** A display that is no terminal, and the lines on it without their times. */
function shown() {
  let text = '';
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  const display = createDisplay(stream as unknown as NodeJS.WriteStream);
  const lines = () => text.split('\n').flatMap((line) => (line === '' ? [] : line.replace(/^\S+ {2}/, '')));
  return { display, lines };
}

describe('a display', () => {
  it('shows each phase and step once, however often it is looked at', () => {
    const { display, lines } = shown();
    for (let i = 0; i < 2; i += 1) {
      display.show(progress({ phase: 'control run' }), undefined);
      display.show(progress({}), scenarioAt('inject'));
    }
    display.show(progress({}), scenarioAt('recover'));
    expect(lines()).toEqual(['control run', '  kill: inject — n2', '  kill: recover — n2']);
  });

  it('shows what each scenario came to, when it is over', () => {
    const { display, lines } = shown();
    const scenarios = [
      { name: 'a', status: 'passed' },
      { name: 'b', status: 'running' },
      { name: 'c', status: 'waiting' },
    ] as const;
    display.show(progress({ scenarios }), undefined);
    expect(lines()).toEqual(['✓ a: passed']);
  });

  it('shows a client when it has ended, as the disk tells, and not again when the workflow knows it, too', () => {
    const { display, lines } = shown();
    const runDir = temporaryFolder();
    const dir = runPaths(runDir).phase('kill', 'validation');
    const lastLine = JSON.stringify({ ...goodResult, sdk: 'go' });
    const run = progress({ runDir });
    display.show(run, scenarioAt('validation'));
    expect(lines()).toHaveLength(1);
    writeJson(phasePaths(dir).client('go').exit, { kind: 'timeout', lastLine, lastLineTruncated: false });
    display.show(run, scenarioAt('validation'));
    const client = { sdk: 'go', phase: 'validation', status: 'passed', text: 'fine' } as const;
    display.show(run, scenarioAt('validation', { clients: [client] }));
    expect(lines()).toHaveLength(2);
    expect(lines()[1]).toMatch(/^ {4}validation go .* \[timeout\]$/);
  });

  it('shows a client that only the workflow knows of', () => {
    const { display, lines } = shown();
    const client = { sdk: 'go', phase: 'fault', status: 'passed', text: 'fine' } as const;
    display.show(
      progress({ runDir: join(temporaryFolder(), 'elsewhere') }),
      scenarioAt('inject', { clients: [client] }),
    );
    expect(lines()[0]).toBe('    fault go     fine');
  });
});

describe('the live line', () => {
  const long = { limitMs: 60_000, detail: 'every route of n2, with 100 ms', since: new Date().toISOString() };
  const run = progress({
    scenarios: [
      { name: 'network-delay-100ms', status: 'running' },
      { name: 'broker-kill-single', status: 'waiting' },
    ],
  });
  const scenario = scenarioAt('validation', { scenario: 'network-delay-100ms', ...long });

  /** All that is written on a terminal of this width. */
  function written(columns: number, env: NodeJS.ProcessEnv): string {
    let text = '';
    const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
      text += chunk.toString();
      done();
    };
    const stream = Object.assign(new Writable({ write }), { isTTY: true, columns, rows: 24 });
    const display = createDisplay(stream as unknown as NodeJS.WriteStream, env);
    display.show(run, scenario);
    display.end();
    return text;
  }
  /** The frames as a person sees them: what is between the signs that move the cursor. */
  const frames = (text: string): string[] =>
    text.split(/\u001B\[[?\d;]*[A-Za-z]/).filter((part) => part.startsWith('…'));

  it.each([
    [
      200,
      /^… scenario 1 of 2, network-delay-100ms: validation \(every route of n2, with 100 ms\), \d\d s left at most\n$/,
    ],
    [50, /^… 1\/2 validation, \d\d s, network-delay-100ms\n$/],
    [40, /^… 1\/2 validation, \d\d s, network-delay-…\n$/],
    [5, /^… 1…\n$/],
  ])('is one line on a terminal of %d columns, which never wraps it', (columns, line) => {
    const shownFrames = frames(written(columns, {}));
    expect(shownFrames).toEqual([expect.stringMatching(line)]);
    for (const frame of shownFrames) expect(frame.trimEnd().length).toBeLessThan(columns);
  });

  it.each([
    ['a terminal that cannot take it back', 80, { TERM: 'dumb' }],
    ['a terminal of CI', 80, { CI: 'true' }],
    ['a terminal of no known width', 0, {}],
  ])('is not on %s', (_, columns, env) => {
    const text = written(columns, env);
    expect(text).not.toContain('\u001B');
    expect(text).toMatch(/network-delay-100ms: validation — every route/);
  });

  it('leaves nothing behind on a real terminal of 40 columns, and nothing on standard output where that is for JSON', async () => {
    const folder = scratchFolder('display');
    const program = join(folder, 'show.mjs');
    const module = new URL('../../dist/client/display.js', import.meta.url).href;
    const look = (detail: string): string => JSON.stringify([run, { ...scenario, detail }]);
    writeFileSync(
      program,
      `import { createDisplay } from '${module}';
const display = createDisplay(process.stderr, {});
for (let i = 0; i < 3; i += 1) for (const look of [${look('n1')}, ${look('n2')}]) display.show(...look);
display.end();
`,
    );
    const command = `stty cols 40; '${process.execPath}' '${program}' >'${join(folder, 'json')}'`;
    const { stdout } = await execa('script', ['-qec', command, '/dev/null'], { stdin: 'ignore' });
    expect(screenOf(stdout)).toEqual([expect.stringMatching(/^\S+ {3} network-delay-100ms: validation — n1$/)]);
    expect(readFileSync(join(folder, 'json'), 'utf8')).toBe('');
  });
});

/** What is on the screen in the end, as a terminal does it with the signs that are used here: up, erase line, begin of line. */
function screenOf(output: string): string[] {
  const lines = [''];
  let row = 0;
  for (const [sign] of output.matchAll(/\u001B\[[?\d;]*[A-Za-z]|\r?\n|[^\u001B\r\n]+|\r/g)) {
    if (/^\r?\n$/.test(sign)) lines[(row += 1)] ??= '';
    else if (sign.endsWith('A') && sign.startsWith('\u001B'))
      row = Math.max(0, row - Number(/\d+/.exec(sign)?.[0] ?? 1));
    else if (sign.endsWith('K') && sign.startsWith('\u001B')) lines[row] = '';
    else if (!sign.startsWith('\u001B') && sign !== '\r') lines[row] = `${lines[row] ?? ''}${sign}`;
  }
  return lines.filter((line) => line !== '');
}
