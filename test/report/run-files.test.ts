import { expect, it } from 'vitest';
import type { ReportFile } from '../../src/domain/report-data.js';
import { runFiles } from '../../src/report/run-files.js';
import { syntheticRun } from '../../testing/reports/synthetic.js';

const sources = syntheticRun({ messages: 40, sdks: ['go'], lostEvery: 10 });

it('makes JSON, Markdown, JUnit’s XML, a page, and a picture for each chart', () => {
  const files = runFiles(sources);
  expect([...files.keys()].filter((path) => !path.endsWith('.svg')).sort()).toEqual([
    'junit.xml',
    'report.html',
    'report.json',
    'report.md',
  ]);
  const names = sources.data.scenarios.flatMap(({ scenario: { name } }) => [`${name}-timeline`, `${name}-percentiles`]);
  expect([...files.keys()].filter((path) => path.endsWith('.svg')).sort()).toEqual(
    names.map((name) => `charts/${name}.svg`).sort(),
  );
  expect(JSON.parse(files.get('report.json') ?? '')).toMatchObject({
    run_id: sources.data.runId,
  } satisfies Partial<ReportFile>);
});

it('makes no pictures where no client left a ledger', () => {
  const files = runFiles({ ...sources, ledgers: [] });
  expect([...files.keys()].sort()).toEqual(['junit.xml', 'report.html', 'report.json', 'report.md']);
});
