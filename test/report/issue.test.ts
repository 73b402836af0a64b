import { describe, expect, it } from 'vitest';
import type { IssueMemory } from '../../src/domain/issue.js';
import { issueBody, issueMemory, issueTitle } from '../../src/report/issue.js';
import { jsonReport } from '../../src/report/json.js';
import { NASTY, GITHUBS_OWN, markupOf, proseOf, readText, rendered } from '../../testing/gfm.js';
import { visible } from '../../src/domain/verbatim.js';
import { runSaying } from '../../testing/reports/foreign.js';
import { catalogue, outcome } from '../../testing/values.js';
import { result, runData } from '../../testing/reports/values.js';

const memory: IssueMemory = {
  ...{ cluster: 'local', scenario: 'leader-transfer', firstRun: 'run-1', lastRun: 'run-3' },
  ...{ lastAt: '2026-11-22T12:00:00.000Z', failures: 3, passes: 0 },
};
const validation = [outcome({ sdk: 'go', result: { lost: 3, received: 997 } }), outcome({ sdk: 'rust' })];
const report = jsonReport(runData({ scenarios: [result(catalogue[2]!, { validation })] }));

describe('the text of an issue', () => {
  const body = issueBody(report, memory, 'https://example.org/report.md');

  it('says how often it failed, the failing figures, where the report is and how to see it again', () => {
    expect(body).toContain('**leader-transfer** fails: 3 runs, first `run-1`, last `run-3`.');
    expect(body).toMatch(/\| go\s+\| failed\s+\| 1000 \| 997\s+\| 3\s+\|/);
    expect(body).toContain('https://example.org/report.md');
    expect(body).toContain('npm run scenario -- leader-transfer');
    expect(issueTitle({ ...memory, outcome: 'failed', runId: 'run-3', finishedAt: memory.lastAt })).toBe(
      '[chaos] leader-transfer: clients do not see cluster local heal',
    );
  });

  it.each(NASTY)('shows words of others as they were said, and does nothing that they say: %j', (words) => {
    const markup = (html: string): string[] => markupOf(html).map((tag) => tag.replace(/^<!--.*-->$/s, '<!---->'));
    const bodyOf = (said: string): string =>
      rendered(issueBody(jsonReport(runSaying(said)), { ...memory, firstRun: said }, 'u'));
    const html = bodyOf(words);
    expect(markup(html)).toEqual(markup(bodyOf('x')));
    expect(readText(html).split(visible(words)).length).toBeGreaterThanOrEqual(4);
    expect(proseOf(html).replace(/:\d\d:/g, '')).not.toMatch(GITHUBS_OWN);
    const changed = { ...memory, firstRun: words };
    expect(issueMemory(issueBody(report, changed, 'u'))).toEqual(changed);
  });

  it('says so where the scenario passes again', () => {
    expect(issueBody(report, { ...memory, passes: 1 }, 'u')).toContain(
      'passed in the last 1 run, after it had failed in 3 runs since `run-1`',
    );
  });

  it('gives back what it remembers, whatever people write around it', () => {
    expect(issueMemory(body)).toEqual(memory);
    expect(issueMemory(`a remark\n${body}\nand another`)).toEqual(memory);
  });

  it('is nobody’s memory where it was not written by this program, or was broken by hand', () => {
    const broken = [
      '',
      'text',
      body.replace('"failures":3', '"failures":"x"'),
      body.replace('"cluster"', '"c'),
      body.replace(' -->', ''),
    ];
    expect(broken.map(issueMemory)).toEqual(broken.map(() => undefined));
  });
});
