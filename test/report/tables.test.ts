import { describe, expect, it } from 'vitest';
import type { Loss } from '../../src/domain/losses.js';
import { dash } from '../../src/report/format.js';
import {
  checksTable,
  clientTable,
  evidenceTable,
  faultPeriodTable,
  figuresTable,
  leaderTable,
  lossesTable,
  lostByPeriodTable,
  lossPlace,
  lostMessagesTable,
  overviewTable,
  worstFirst,
  type Table,
} from '../../src/report/tables.js';
import { figures, result, runData, snapshot } from '../../testing/reports/values.js';
import { catalogue, outcome } from '../../testing/values.js';

const [follower, delay, leader] = catalogue as [
  (typeof catalogue)[number],
  (typeof catalogue)[number],
  (typeof catalogue)[number],
];
const losing = result(leader, { validation: [outcome({ sdk: 'go', result: { lost: 2 } }), outcome({ sdk: 'rust' })] });

/** Every row of a table has a cell for each head. */
const shapeOf = ({ head, rows }: Table): boolean => rows.every((row) => row.length === head.length);

/** The cells of a row, by their heads. */
const cells = ({ head, rows }: Table, row = 0): Record<string, string> =>
  Object.fromEntries(head.map((name, i) => [name, rows[row]?.[i] ?? '']));

describe('the overview', () => {
  it('has the failed scenarios first, then those that passed, then those that were not run', () => {
    const data = runData({ scenarios: [result(follower), losing] });
    const table = overviewTable(data);
    expect(worstFirst(data.scenarios).map((r) => r.scenario.name)).toEqual([leader.name, follower.name]);
    expect(table.rows.map((row) => row[0]?.split(' ').at(-1))).toEqual([leader.name, follower.name, delay.name]);
    expect(table.rows[2]?.slice(3)).toEqual([dash, dash]);
    expect(shapeOf(table)).toBe(true);
  });

  it('has of each SDK what it lost, or the status of one without a result', () => {
    const validation = [outcome({ sdk: 'go', result: { lost: 2 } }), outcome({ sdk: 'rust', result: null })];
    const row = cells(overviewTable(runData({ scenarios: [result(follower, { validation })] })));
    expect(row['go']).toContain('lost 2, p99 12.5 ms');
    expect(row['rust']).toContain('script_format_error');
    const missing = runData({ scenarios: [result(follower, { validation: [outcome({ sdk: 'go' })] })] });
    expect(cells(overviewTable(missing))['rust']).toBe(dash);
  });
});

it('clients: what they counted, which attempt it was, and what was wrong with a line', () => {
  const outcomes = [
    outcome({ sdk: 'go', result: { naive_lost: 3, p50_ms: 1.25, errors: ['a', 'b'] } }),
    { ...outcome({ sdk: 'own', result: null, lineProblem: 'got "hi"' }), attempt: 2 },
  ];
  const table = clientTable('c', outcomes, [{ status: 'passed' }], 'key');
  expect(shapeOf(table)).toBe(true);
  expect(cells(table)).toMatchObject({ SDK: 'go', status: 'passed', sent: '1000', lost: '0', 'naive lost': '3' });
  expect(cells(table)).toMatchObject({ p50: '1.3', p90: dash, errors: 'a; b' });
  expect(cells(table, 1)).toMatchObject({ SDK: 'own', sent: dash, errors: 'got "hi"' });
  expect(cells(table, 1)['status']).toContain('2');
});

it('evidence: what was expected and what was seen', () => {
  const rows = [{ what: 'process 41', expected: 'gone', observed: 'alive', ok: false }];
  expect(evidenceTable('c', rows).rows[0]?.slice(1)).toEqual(['process 41', 'gone', 'alive']);
  const good = evidenceTable('c', [{ ...rows[0]!, ok: true }]);
  expect(good.rows[0]?.[0]).not.toBe(evidenceTable('c', rows).rows[0]?.[0]);
});

it('leaders: who led before and after, when, and in which term', () => {
  const change = { group: 'meta', from: 'n2', to: null, seconds: null, termFrom: 2, termTo: null };
  const table = leaderTable(result(leader, { fault: { leaders: [change] } }));
  expect(leaderTable(result(leader)).rows).toEqual([['meta', 'n2', 'n3', '4.25', '2 → 5']]);
  expect(table.rows[0]?.slice(3)).toEqual([dash, `2 → ${dash}`]);
});

it('fault period: its figures, with pauses in seconds', () => {
  const table = faultPeriodTable(result(leader, { faultPeriod: [figures({ ackedLost: 6 })] }));
  expect(shapeOf(table)).toBe(true);
  expect(table.key).toBe('leader-transfer/fault');
  expect(cells(table)).toMatchObject({ planned: '1500', 'no acknowledgement for': '4.32 s', disconnects: '2' });
  expect(Object.values(cells(table)).filter((cell) => cell === '6')).toHaveLength(1);
});

it('losses by period: one row for each client that lost something, with the sum; none in records of 0.1.0', () => {
  const lostByPeriod = [
    { period: 'before', count: 1 },
    { period: 'during', count: 0 },
    { period: 'after', count: 40 },
    { period: 'heal wait', count: 2 },
  ] as const;
  const table = lostByPeriodTable(
    result(leader, { faultPeriod: [figures({ ackedLost: 43, lostByPeriod }), figures()] }),
  );
  expect(shapeOf(table)).toBe(true);
  expect(table.rows).toEqual([['go', '1', '0', '40', '2', '43']]);
  expect(lostByPeriodTable(result(leader, { faultPeriod: [figures({ ackedLost: 6 })] })).rows).toEqual([]);
});

it('losses of a timeline: a column for each set of faults that was on', () => {
  const borders = [
    { period: 'before', sinceUs: null },
    { period: 'during cut', sinceUs: 1 },
    { period: 'during cut + kill', sinceUs: 2 },
    { period: 'during cut', sinceUs: 3 },
    { period: 'between', sinceUs: 4 },
    { period: 'after', sinceUs: 5 },
  ] as const;
  const lostByPeriod = [
    { period: 'during cut', count: 3 },
    { period: 'during cut + kill', count: 40 },
  ] as const;
  const table = lostByPeriodTable(result(leader, { borders, faultPeriod: [figures({ ackedLost: 43, lostByPeriod })] }));
  const periods = ['before the fault', 'during cut', 'during cut + kill', 'between two faults', 'after the fault'];
  expect(table.head).toEqual(['SDK', ...periods, 'all']);
  expect(table.rows).toEqual([['go', '0', '3', '40', '0', '0', '43']]);
});

it('checks: those that failed, and no others', () => {
  expect(checksTable(losing).rows).toEqual([['go', 'lost', '0', '2']]);
  expect(checksTable(result(follower)).rows).toEqual([]);
});

it('figures: those that changed from one snapshot to another', () => {
  const snapshots = [
    snapshot({ label: 'kill-1-baseline', figures: { 'n1.connections': 4, 'n1.streams': 2 } }),
    snapshot({ label: 'kill-1-healed', figures: { 'n1.connections': 7, 'n1.streams': 2, 'n2.late': 1 } }),
  ];
  const table = figuresTable(snapshots);
  expect(table.head.slice(1)).toEqual(['baseline', 'healed']);
  expect(table.rows).toEqual([
    ['n1.connections', '4', '7'],
    ['n2.late', dash, '1'],
  ]);
});

describe('losses', () => {
  const loss: Loss = {
    scenario: 'kill',
    phase: 'fault',
    sdk: 'go',
    count: 3,
    seqs: '4–6',
    since: 'inject',
    messages: [
      { seq: 4, intendedMs: -1500, sentMs: null, ackedMs: 2, attempts: 1, ackedBy: 'n2 (h:1)' },
      { seq: 5, intendedMs: 20, sentMs: 21, ackedMs: 22, attempts: 2, ackedBy: null },
    ],
  };

  it('say where they were seen', () => {
    expect(lossPlace(loss)).toMatch(/^kill, fault/);
    expect(lossPlace({ ...loss, phase: 'validation' })).toBe('kill, validation');
    expect(lossPlace({ ...loss, scenario: null, phase: 'control' })).not.toContain('kill');
    expect(lossPlace({ ...loss, period: 'after' })).toBe('kill, after the fault');
    expect(lossPlace({ ...loss, period: 'unknown' })).toBe('kill, fault period');
    expect(lossesTable([loss]).rows).toEqual([[lossPlace(loss), 'go', '3', '4–6']]);
    expect(lossesTable([loss, loss]).rows.at(-1)).toEqual(['all together', '', '6', '']);
  });

  it('name each message with its times from the inject, and who acknowledged it', () => {
    const table = lostMessagesTable(loss, 2);
    expect(shapeOf(table)).toBe(true);
    expect(table.rows[0]).toEqual(['4', '−1.500 s', dash, '+0.002 s', 'n2 (h:1)', '1']);
    expect(table.rows[1]?.[5]).toBe('2');
  });

  it('say that there are more than they name', () => {
    expect(lostMessagesTable(loss, 1).rows).toHaveLength(1);
    expect(lostMessagesTable(loss, 1).caption).toMatch(/1 of 3/);
    expect(lostMessagesTable({ ...loss, count: 2 }, 2).caption).not.toMatch(/ of /);
  });
});
