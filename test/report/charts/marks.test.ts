import { expect, test } from 'vitest';
import { heightOf, HIGHEST, LOWEST, spotsOf } from '../../../src/report/charts/marks.js';
import { MARK_CLASSES, type Mark } from '../../../src/report/timeline.js';

const grain = { seconds: 0.1, decades: 0.05 };

test('every message is in exactly one spot of its class, at most half a cell away', () => {
  const marks: Mark[] = Array.from({ length: 5000 }, (_, i) => {
    const kind = MARK_CLASSES[i % 4]!;
    return { kind, atSeconds: (i * 7919) % 60, latencyMs: kind === 'lost' ? null : 0.2 + ((i * 104_729) % 20_000) };
  });
  const spots = spotsOf(marks, grain);
  for (const kind of MARK_CLASSES) {
    const own = marks.filter((mark) => mark.kind === kind);
    expect(spots[kind].reduce((sum, spot) => sum + spot.messages, 0)).toBe(own.length);
    for (const mark of own) {
      const near = spots[kind].some(
        (s) => Math.abs(s.x - mark.atSeconds) <= 0.0501 && Math.abs(s.y - heightOf(mark)) <= 0.0251,
      );
      expect(near).toBe(true);
    }
  }
});

test('messages that can be told apart are not put together', () => {
  const marks = [0, 1, 2].map((atSeconds) => ({ kind: 'ok', atSeconds, latencyMs: 5 }) as const);
  expect(spotsOf(marks, grain).ok).toHaveLength(3);
  expect(spotsOf([...marks, ...marks], grain).ok.map((s) => s.messages)).toEqual([2, 2, 2]);
});

test('a latency has its place on the axis, and what never came has a lane above it', () => {
  const at = (latencyMs: number | null, kind: Mark['kind'] = 'ok') => heightOf({ kind, atSeconds: 0, latencyMs });
  expect([at(1), at(100), at(0), at(1e9)]).toEqual([0, 2, LOWEST, HIGHEST]);
  expect(at(null, 'unacked')).toBeGreaterThan(HIGHEST);
  expect(at(null, 'lost')).toBeGreaterThan(at(null, 'unacked'));
});
