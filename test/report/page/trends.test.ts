import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../../src/domain/history.js';
import { trendSections } from '../../../src/report/page/trends.js';
import { broker, rounds } from '../../../testing/series/history.js';
import { syntheticHistory } from '../../../testing/reports/synthetic-history.js';

const runs = syntheticHistory(40);
const sections = (of: readonly HistoryEntry[] = runs, sdks = ['go', 'rust']) =>
  trendSections(of, ['broker-kill-single', 'leader-transfer'], sdks).map(({ html }) => html);

const times = (text: string, part: string | RegExp): number => text.split(part).length - 1;

describe('the trends', () => {
  it('are a section for each scenario: p99 and outage of each SDK, and the time to recover', () => {
    expect(sections()).toHaveLength(2);
    for (const html of sections()) {
      expect(times(html, '<figure')).toBe(5);
      expect(times(html, 'data-sdk="0"')).toBe(2);
      expect(times(html, 'data-sdk="1"')).toBe(2);
    }
  });

  it('have no figure for an SDK that never ran', () => {
    expect(times(sections(runs, ['go', 'other'])[0]!, '<figure')).toBe(3);
    expect(times(sections([])[0]!, '<figure')).toBe(0);
  });

  it('have the latest runs as a table, the newest first, and not all of them', () => {
    const html = sections()[0]!;
    expect(times(html, '<th scope="row">')).toBe(30);
    const days = [...html.matchAll(/<th scope="row">(\S+ \S+)/g)].map(([, day]) => day ?? '');
    expect(days).toEqual([...days].sort().reverse());
    expect(days[0]).toBe('2026-01-07 12:00');
  });

  it('have dashes where a run has no figure', () => {
    const [first] = runs;
    const [scenario] = first!.scenarios;
    const without = { ...scenario!, recovered_after_ms: null, sdks: scenario!.sdks.filter(({ sdk }) => sdk === 'go') };
    const html = sections([{ ...first!, scenarios: [without] }])[0]!;
    expect(times(html, '<td>–</td>')).toBe(3);
  });

  it('have what was lost and the time to a leader where there is any, and since when figures are others', () => {
    const changed = rounds(40, (i) => ({ lost: i < 30 ? 0 : 7 + (i % 2), broker: broker(i < 30 ? '1.2' : '1.3') }));
    const [html = ''] = trendSections(changed, ['leader-transfer'], ['go']).map((one) => one.html);
    expect(times(html, '<figure')).toBe(5);
    expect(html).toContain('<li>Worse since run-30 (broker 1.2 → 1.3): leader-transfer, go, lost in the fault: 0 → 7');
    expect(times(html, / Changed since /)).toBe(1);
  });
});
