import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createDisplay } from '../../src/client/display.js';
import { runPaths } from '../../src/host/layout/paths.js';
import { phasePaths } from '../../src/host/layout/phase-paths.js';
import { writeJson } from '../../src/host/os/files.js';
import type { RunProgress, ScenarioProgress } from '../../src/messages/progress.js';
import { temporaryFolder } from '../../testing/processes.js';
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
