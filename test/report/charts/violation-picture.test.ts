import { describe, expect, it } from 'vitest';
import { SHAPES, violationPicture } from '../../../src/report/charts/violation-picture.js';
import { NARROW_PX } from '../../../src/report/charts/render.js';
import { NO_WINDOW, shownViolations, type Window } from '../../../src/report/violations.js';
import type { Moment } from '../../../src/domain/guarantees/guarantee.js';
import { NASTY } from '../../../testing/gfm.js';
import { everyMoment, guaranteeResult } from '../../../testing/reports/guarantees.js';

const FROM = 5_000_000;

function picture(moments: readonly Moment[] = everyMoment(FROM), window: Window = NO_WINDOW): string {
  const results = [guaranteeResult({ state: 'violated', violations: 1, shown: [{ text: '', moments }] })];
  return violationPicture(shownViolations('kill', results, window)[0]!.histories[0]!);
}

const heights = (svg: string, what: keyof typeof SHAPES): number[] =>
  [...svg.matchAll(/translate\(([\d.]+) ([\d.]+)\)" d="([^"]+)"/g)]
    .filter(([, , , path]) => path === SHAPES[what].path)
    .map(([, , y]) => Number(y));

describe('the picture of a violation', () => {
  it('has one mark for each moment, from top to bottom in time order, and its time beside it', () => {
    const svg = picture();
    const kinds = everyMoment(FROM).map(({ what }) => what);
    const ys = kinds.flatMap((what) => heights(svg, what));
    expect(ys).toHaveLength(kinds.length);
    expect(ys).toEqual([...ys].sort((a, b) => a - b));
    expect([...svg.matchAll(/text-anchor="end">([^<]+)</g)].map(([, time]) => time)).toEqual(
      kinds.map((_, i) => `+${i}`),
    );
  });

  it('has another shape for each kind, so that colour is not needed', () => {
    expect(new Set(Object.values(SHAPES).map(({ path }) => path)).size).toBe(Object.keys(SHAPES).length);
  });

  it('has a lane for each client, dotted where it has no connection', () => {
    const lanes = [...picture().matchAll(/<path d="M([\d.]+) ([\d.-]+)V([\d.]+)" stroke="var\(--muted\)"([^/]*)/g)];
    const of = (x: string | undefined): [number, number, boolean][] =>
      lanes
        .filter((lane) => lane[1] === x)
        .map(([, , from, to, dash]) => [Number(from), Number(to), dash?.includes('dash') ?? false]);
    const places = [...new Set(lanes.map(([, x]) => x))];
    expect(places).toHaveLength(3);
    // `sub` is connected from the first row to the fifth, of seven.
    expect(of(places[0])).toEqual([
      [0, 10, true],
      [10, 90, false],
      [90, 140, true],
    ]);
    expect(of(places[1])).toEqual([[0, 140, false]]);
  });

  const band = (svg: string): (string | undefined)[] => /<rect y="(\d+)" [^>]*height="(\d+)"/.exec(svg)?.slice(1) ?? [];

  it('shows the fault from its injection to the proof of its end, or to the end of the picture', () => {
    expect(band(picture())).toEqual([]);
    // Two moments, the injection, two moments, the proof, three moments.
    expect(band(picture(everyMoment(FROM), { injectedUs: FROM + 1500, recoveredUs: FROM + 3500 }))).toEqual([
      '40',
      '80',
    ]);
    expect(band(picture(everyMoment(FROM), { injectedUs: FROM + 1500, recoveredUs: null }))).toEqual(['40', '120']);
  });

  it('says what it is to those who cannot see it, and has the colours of light and dark', () => {
    const svg = picture();
    expect(svg).toMatch(/role="img" aria-label="kill, order, [^"]*7 moments, \+0 to \+6 ms [^"]*as a table\."/);
    expect(svg).not.toMatch(/="#|="rgb/);
  });

  it('fits a narrow screen whatever the names are: they keep their end, and the words', () => {
    const who = `${'long-'.repeat(40)}pub`;
    const labels = [
      ...picture([{ us: 1, who, what: 'send', text: 'sends 1480' }]).matchAll(/<text x="(\d+)" y="14">([^<]+)/g),
    ];
    const [, x = '', label = ''] = labels[0] ?? [];
    expect(label).toMatch(/^…[\w-]*-pub: sends 1480$/);
    expect(Number(x) + label.length * 6).toBeLessThan(NARROW_PX);
    const endless = picture([{ us: 1, who, what: 'send', text: 'x'.repeat(500) }]);
    expect(/<text x="\d+" y="14">([^<]+)/.exec(endless)?.[1]?.length).toBeLessThan(45);
  });

  it.each(NASTY)('has words of others as text: %j', (words) => {
    const plain = picture([{ us: 1, who: 'x', what: 'send', text: 'x' }]);
    const tags = (svg: string): string[] => [...svg.matchAll(/<\/?\w+/g)].map(([tag]) => tag);
    expect(tags(picture([{ us: 1, who: words, what: 'send', text: words }]))).toEqual(tags(plain));
  });

  it('is small: a hundred of them are less than one chart', () => {
    expect(picture().length).toBeLessThan(3000);
  });
});
