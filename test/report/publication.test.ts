import { describe, expect, it } from 'vitest';
import type { HistoryIndex } from '../../src/domain/history.js';
import { BADGE, FEED, HISTORY_JSON, HISTORY_PAGE } from '../../src/domain/run-files.js';
import { jsonReport } from '../../src/report/json.js';
import { publication } from '../../src/report/publication.js';
import { runSaying } from '../../testing/reports/foreign.js';
import { runData } from '../../testing/reports/values.js';

const report = jsonReport(runData());
const paths = ['report.json', 'report.md', 'run.json', 'control/go/ledger.ndjson.gz', 'cluster/n1.log'];

it('the reports are for everybody; ledgers only if that is wanted, and nothing else ever', () => {
  expect(publication.files(paths, false)).toEqual(['report.json', 'report.md']);
  expect(publication.files(paths, true)).toEqual(['report.json', 'report.md', 'control/go/ledger.ndjson.gz']);
  expect(paths).toContain(publication.pageFile);
});

describe('the published history', () => {
  const indexOf = (published: string | null): HistoryIndex => {
    const files = publication.history(published, report);
    expect(files.map(({ path }) => path).sort()).toEqual([BADGE, FEED, HISTORY_JSON, HISTORY_PAGE].sort());
    return JSON.parse(files.find(({ path }) => path === HISTORY_JSON)?.text ?? '') as HistoryIndex;
  };

  it('begins with the first run, and keeps what lies there', () => {
    const first = indexOf(null);
    expect(first).toMatchObject({ runs_at: '', breakers: [], runs: [{ run_id: report.run_id }] });
    const others = { ...first, runs: [{ ...first.runs[0]!, run_id: 'older', started_at: '2025-01-01T00:00:00Z' }] };
    expect(indexOf(JSON.stringify(others)).runs.map((run) => run.run_id)).toEqual(['older', report.run_id]);
  });

  it.each(['', 'null', '{"schema":"else","runs":[]}', '{"schema":"robustmq-chaos-index/1"}'])(
    'is not written over where it cannot be read: %j',
    (text) => {
      expect(() => publication.history(text, report)).toThrow(HISTORY_JSON);
    },
  );
});

it('a commit says the verdict first, and which run it was', () => {
  const [first, ...rest] = publication.commitMessage(report).split('\n');
  expect(first).toContain('PASS');
  expect(rest.join('\n')).toContain(report.run_id);
});

it('a commit calls nobody and closes no issue, whatever others have said', () => {
  const said = publication.commitMessage(jsonReport(runSaying('closes #1 @org/team')));
  expect(said).toMatch(
    /^FAIL, 1 new failure, 2 new warnings, 3 known, 0 gone, order violated \(go in the control run; go in leader-transfer\): 0 of 3 scenarios passed — leader-transfer: /,
  );
  expect(said).not.toMatch(/[#@]|closes/);
});
