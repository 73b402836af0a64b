import { expect, test } from 'vitest';
import { ledgerFiles, publishedFiles } from '../../src/report/files.js';

const paths = [
  'scenarios/leader-transfer/validation/go/ledger.ndjson.gz',
  'scenarios/leader-transfer/scenario.json',
  'report.md',
  'charts/leader-transfer-timeline.svg',
  'charts/../plan.svg',
  'charts/notes.txt',
  'report.json',
  'control/go/ledger.ndjson.gz',
  'control/go/stderr.log',
  'cluster/n1.log',
  'plan.json',
  'junit.xml',
  'other/report.json',
  'report.html',
];

test('the reports and their charts are published, and nothing else of a run', () => {
  expect(publishedFiles(paths)).toEqual([
    'charts/leader-transfer-timeline.svg',
    'junit.xml',
    'report.html',
    'report.json',
    'report.md',
  ]);
});

test('the ledgers are known apart, for those who want them published', () => {
  expect(ledgerFiles(paths)).toEqual([
    'control/go/ledger.ndjson.gz',
    'scenarios/leader-transfer/validation/go/ledger.ndjson.gz',
  ]);
});
