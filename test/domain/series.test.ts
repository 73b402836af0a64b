import { describe, expect, it } from 'vitest';
import { seriesOf, spoken, valueText, type FigureName } from '../../src/domain/series.js';
import { broker, roundOf } from '../../testing/series/history.js';

it.each([
  [1.25, '1.3 ms'],
  [9.94, '9.9 ms'],
  [12.4, '12 ms'],
  [999, '999 ms'],
  [1500, '1.5 s'],
  [34_000, '34 s'],
])('%f ms is said as %s', (ms, text) => {
  expect(spoken(ms)).toBe(text);
});

it('what was lost is said in messages', () => {
  expect([valueText('lost', 12), valueText('lost', 2.5), valueText('outage', 12)]).toEqual(['12', '2.5', '12 ms']);
});

describe('the series of a cluster', () => {
  const of = (entries: Parameters<typeof seriesOf>[0], figure: FigureName) =>
    seriesOf(entries, 'local').find((series) => series.figure === figure);
  const values = (entries: Parameters<typeof seriesOf>[0], figure: FigureName): number[] =>
    of(entries, figure)?.points.map(({ value }) => value) ?? [];

  it('are one for each scenario, client and figure, and two of each scenario, with the broker of each run', () => {
    const entries = [roundOf(1, { lost: 3 }), roundOf(2, { broker: broker('1.3') })];
    expect(seriesOf(entries, 'local').map(({ scenario, sdk, figure }) => [scenario, sdk, figure])).toEqual([
      ['leader-transfer', null, 'recovery'],
      ['leader-transfer', null, 'leader'],
      ['leader-transfer', 'go', 'p99'],
      ['leader-transfer', 'go', 'outage'],
      ['leader-transfer', 'go', 'lost'],
    ]);
    expect(values(entries, 'lost')).toEqual([3, 0]);
    expect(of(entries, 'p99')?.points[1]).toMatchObject({ runId: 'run-2', value: 80, broker: { version: '1.3' } });
  });

  it('have only whole rounds of this cluster that say something of the broker', () => {
    const entries = [
      roundOf(1, { kind: 'single' }),
      roundOf(2, { cluster: 'other' }),
      ...(['INVALID', 'CANCELLED', 'REFUSED'] as const).map((headline, i) => roundOf(3 + i, { headline })),
      roundOf(7, { headline: 'FAIL' }),
      roundOf(8, { headline: 'KNOWN' }),
      roundOf(9, { scenario: { status: 'cancelled' } }),
      roundOf(10, { scenario: { status: 'harness_error' } }),
      roundOf(11, { sdkStatus: 'harness_overloaded' }),
    ];
    expect(of(entries, 'outage')?.points.map(({ runId }) => runId)).toEqual(['run-7', 'run-8']);
    expect(of(entries, 'recovery')?.points.map(({ runId }) => runId)).toEqual(['run-7', 'run-8', 'run-11']);
  });

  it('begin anew where the load or the fault is another one', () => {
    const with_ = (order: number, setting: string) => roundOf(order, { scenario: { setting } });
    const entries = [roundOf(1), with_(2, '50/s'), with_(3, '50/s'), with_(4, '200/s')];
    const runs = seriesOf(entries, 'local')
      .filter(({ figure }) => figure === 'p99')
      .map(({ points }) => points.map(({ runId }) => runId));
    expect(runs).toEqual([['run-1'], ['run-2', 'run-3'], ['run-4']]);
  });

  it('have a gap where a run has no figure, and never a 0', () => {
    const { recovery_ms: _, leader_ms: __, ...old } = roundOf(2).scenarios[0]!;
    const entries = [roundOf(1, { p99Ms: null, outageMs: null }), { ...roundOf(2), scenarios: [old] }];
    const points = (figure: FigureName) => of(entries, figure)?.points.map(({ runId }) => runId);
    expect([points('p99'), points('outage'), points('lost')]).toEqual([['run-2'], ['run-2'], ['run-2']]);
    expect([points('recovery'), points('leader')]).toEqual([['run-1'], ['run-1']]);
  });
});
