import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SCHEMA_FILES, schemaOf } from '../../scripts/schemas.js';
import { installRoot } from '../../src/host/os/tools.js';
import { historyEntry, historyIndex } from '../../src/report/history.js';
import { jsonReport } from '../../src/report/json.js';
import { problemsOf } from '../../testing/json-schema.js';
import { crowded } from '../../testing/reports/crowd.js';
import { runData } from '../../testing/reports/values.js';
import { syntheticRun } from '../../testing/reports/synthetic.js';

const { data } = syntheticRun({ messages: 200, sdks: ['go', 'rust'], lostEvery: 50 });
const report = JSON.parse(JSON.stringify(jsonReport(data))) as ReturnType<typeof jsonReport>;
const sdk = report.scenarios[0]?.sdks[0];

describe('report.json', () => {
  test('is what its schema says, down to the last field', () => {
    expect(problemsOf('report.schema.json', report)).toEqual([]);
    for (const others of [runData(), runData({ scenarios: [crowded] })])
      expect(problemsOf('report.schema.json', JSON.parse(JSON.stringify(jsonReport(others))))).toEqual([]);
  });

  test.each([
    ['a field of the spec that is missing', { ...report, pass_rate: undefined }, /pass_rate/],
    ['a headline that there is not', { ...report, headline: 'GREEN' }, /headline/],
    ['a field that the schema does not describe', { ...report, mood: 'good' }, /additional properties/],
    ['half a message', { ...report, scenarios: [{ ...report.scenarios[0], sdks: [{ ...sdk, lost: 0.5 }] }] }, /lost/],
    [
      'less than no message',
      { ...report, scenarios: [{ ...report.scenarios[0], sdks: [{ ...sdk, sent: -1 }] }] },
      /sent/,
    ],
    ['a status that there is not', { ...report, scenarios: [{ ...report.scenarios[0], status: 'ill' }] }, /status/],
    ['a time that is none', { ...report, started_at: 'yesterday' }, /started_at/],
    ['another version', { ...report, schema: 'robustmq-chaos-report/2' }, /schema/],
  ])('%s is found', (_, wrong, problem) => {
    expect(problemsOf('report.schema.json', JSON.parse(JSON.stringify(wrong))).join('\n')).toMatch(problem);
  });

  test('the schema itself lets readers of a later minor version through: it forbids no further field', () => {
    const schema = readFileSync(join(installRoot, 'docs', 'report.schema.json'), 'utf8');
    expect(schema).not.toContain('"additionalProperties": false');
  });
});

test('index.json is what its schema says, down to the last field', () => {
  const breakers = [{ cluster: 'local', failures_in_a_row: 1, open: false, since: null, note: null }];
  const index = historyIndex([historyEntry(report)], { runsAt: 'runs/', breakers });
  expect(problemsOf('index.schema.json', JSON.parse(JSON.stringify(index)))).toEqual([]);
});

test.each(SCHEMA_FILES)('%s is made from the types as they are; else: npm run docs', (file) => {
  expect(JSON.parse(readFileSync(join(installRoot, 'docs', file), 'utf8'))).toEqual(JSON.parse(schemaOf(file)));
});
