import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/domain/report-data.js';
import type { RunProgress } from '../../src/messages/progress.js';
import { NASTY, markupOf, readTables, readText, rendered } from '../../testing/gfm.js';
import { visible } from '../../src/domain/verbatim.js';
import { catalogue, outcome } from '../../testing/values.js';
import { plan, result } from '../../testing/reports/values.js';
import { resumeHelp, runDetails, scenarioDetails } from '../../src/workflows/web-ui-text.js';

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
  const of = (words: string): string => {
    const run = { headline: 'FAIL', summary: `FAIL: 0 of 1 · ${words}`, markdownPath: words } as unknown as RunResult;
    const howToResume = resumeHelp({ ...plan, configPath: words }, 'id');
    const pause = { since: 's', consecutiveFailures: 3, byRuns: ['a'], howToResume };
    return rendered(runDetails({ ...progress([words]), phase: 'paused', result: run, pause }));
  };

  it.each(NASTY)('show words of others as they were said, and do nothing that they say: %j', (words) => {
    expect(markupOf(of(words))).toEqual(markupOf(of('x')));
    expect(readText(of(words)).split(visible(words)).length).toBeGreaterThanOrEqual(5);
  });

  it('leave plain words alone', () => {
    expect(
      runDetails(progress(['the run has no plan']))
        .split('\n')
        .at(-1),
    ).toBe('- the run has no plan');
  });
});

it.each(NASTY)('the details of a scenario show what was wrong with a client’s last line: %j', (words) => {
  const validation = [outcome({ sdk: 'go' }), outcome({ sdk: 'rust', result: null, lineProblem: words })];
  const html = rendered(scenarioDetails(result(catalogue[0]!, { validation })));
  expect(readTables(html).map((row) => row[2])).toEqual(['validation', expect.stringMatching(/^sent/), visible(words)]);
});
