import { describe, expect, it } from 'vitest';
import type { RunProgress } from '../../src/messages/progress.js';
import { runDetails } from '../../src/workflows/web-ui-text.js';

const progress = (notes: readonly string[]): RunProgress => ({
  runId: 'r',
  runDir: null,
  sdks: [],
  cluster: 'c',
  phase: 'report',
  since: '2026-11-22T00:00:00.000Z',
  scenarios: [],
  control: [],
  current: null,
  result: null,
  pause: null,
  notes,
});

describe('the details of a run', () => {
  it.each([
    ['got {"by": "<your name>"}', '- got {"by": "\\<your name\\>"}'],
    ['resumed by ann: see [this](http://x) `now`', '- resumed by ann: see \\[this\\](http://x) \\`now\\`'],
    ['one line\n# and not a heading', '- one line \\# and not a heading'],
  ])('show the note %j as it was written', (note, line) => {
    expect(
      runDetails(progress([note]))
        .split('\n')
        .at(-1),
    ).toBe(line);
  });
});
