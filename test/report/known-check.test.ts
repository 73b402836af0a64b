import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/client/options.js';
import { knownEntries } from '../../src/config/known.js';
import type { ReportFile, RunData } from '../../src/domain/report-data.js';
import { installRoot } from '../../src/host/os/tools.js';
import { checkedText, checkKnown, sightingsIn } from '../../src/report/known-check.js';
import { knownEntry } from '../../testing/known.js';
import { figures, plan, result, runData } from '../../testing/reports/values.js';
import { catalogue, outcome } from '../../testing/values.js';

const [kill, delay] = catalogue;
const losing = (lost: number) => outcome({ sdk: 'go', end: { kind: 'exited', code: 1 }, result: { lost } });
const run = (n: number, lost: number, inFault = 0, kind: 'full' | 'single' = 'full'): RunData =>
  runData({
    runId: `run-${n}`,
    plan: { ...plan, runId: `run-${n}`, kind },
    scenarios: [
      result(kill!, lost === 0 ? {} : { validation: [losing(lost), outcome({ sdk: 'rust' })] }),
      result(delay!, { faultPeriod: [figures({ ackedLost: inFault })] }),
    ],
  });
const entries = [
  knownEntry({
    id: 'A',
    scenarios: [kill!.name],
    match: { check: 'lost', where: 'validation', lost: 3 },
    goneAfter: 2,
  }),
  knownEntry({ id: 'B', sdks: ['java'], match: { check: 'sent' } }),
];
const runs = [run(1, 2), run(2, 9, 5), run(3, 3), run(4, 0, 5), run(5, 0)];
const checked = checkKnown(runs, entries, () => '2026-11-29');

it('plays all runs against the list: what each entry covered, how often and when last, and what none covers', () => {
  expect(checked).toEqual({
    runs: 5,
    entries: [
      {
        id: 'A',
        why: 'known for long',
        eligible: 5,
        seen: 2,
        covered: [{ what: `${kill!.name}/go`, times: 2 }],
        lastRun: 'run-3',
        goneFor: 2,
      },
      { id: 'B', why: 'known for long', eligible: 0, seen: 0, covered: [], lastRun: null, goneFor: null },
    ].map((entry) => ({
      ...entry,
      covered: entry.covered.map(({ what, times }) => ({ what: `${what}, validation`, times })),
    })),
    uncovered: [
      { what: `${kill!.name}/go, validation: failed (lost 9)`, fails: true, times: 1, lastRun: 'run-2' },
      { what: `${delay!.name}/go, fault: lost 5`, fails: false, times: 2, lastRun: 'run-4' },
    ],
  });
});

it('says it in tables', () => {
  const text = checkedText(checked);
  expect(text).toMatch(/^5 stored runs against 2 known failures$/m);
  expect(text).toMatch(/^\| A \| in 2 of 5 runs \| .*×2 \| run-3 \| gone: not seen for 2 rounds \|$/m);
  expect(text).toMatch(/^\| failure \| 1 \| run-2 \| .*lost 9/m);
  expect(checkedText(checkKnown([run(1, 2)], entries, () => '2026-11-29'))).toContain(
    'Everything that was seen is covered.',
  );
});

describe('the list of config/robustmq.yml', () => {
  const { known } = readConfig(join(installRoot, 'config/robustmq.yml'));
  const list = knownEntries(known ?? []);
  const read = (name: string): string => readFileSync(join(installRoot, 'docs/robustmq', name), 'utf8');

  it('covers the stored rounds of the version that it is about, and each entry covers something', () => {
    const stored = [3, 4, 5, 6, 7, 8, 9, 10, 11].map((n) => (JSON.parse(read(`run-${n}.json`)) as ReportFile).details);
    const { entries: covered, uncovered } = checkKnown(stored, list, () => '2026-11-30');
    expect(uncovered).toEqual([]);
    expect(covered.map(({ id, seen }) => [id, seen > 0])).toEqual(list.map(({ id }) => [id, true]));
  });

  it('has the numbers of the findings', () => {
    const numbers = list.flatMap(({ id }) => /^RMQ-(\d+)$/.exec(id)?.[1] ?? []);
    expect(numbers.length).toBeGreaterThan(0);
    for (const number of numbers) expect(read('findings.md')).toContain(`\n## ${number}\n`);
  });
});

it('looks back only as far as it takes to see every entry', () => {
  let read = 0;
  function* latestFirst(): Generator<RunData> {
    for (const data of runs.toReversed()) {
      read += 1;
      yield data;
    }
  }
  expect(sightingsIn(latestFirst(), entries.slice(0, 1)).map(([sighting]) => sighting?.seen)).toEqual([1, 0, 0]);
  expect(read).toBe(4);
  expect(sightingsIn([run(9, 2, 0, 'single'), runData({ headline: 'CANCELLED' })], entries)).toEqual([]);
});
