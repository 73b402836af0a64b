import { describe, expect, it } from 'vitest';
import { colour } from '../../../src/report/charts/palette.js';
import { chartFile, drawBoth, drawChart, NARROW_PX, WIDE_PX, type Chart } from '../../../src/report/charts/render.js';

const chart: Chart = {
  name: 'kill "1"-timeline',
  title: 'kill <1> in time',
  alternative: 'Two points.',
  draw: (widthPx) => ({
    heightPx: 100,
    option: {
      xAxis: { type: 'value', max: widthPx },
      yAxis: { type: 'value' },
      series: [
        {
          type: 'line',
          lineStyle: { color: colour('ok') },
          data: [
            [0, 1],
            [widthPx, 2],
          ],
        },
      ],
    },
  }),
};

describe('a drawn chart', () => {
  const svg = drawChart(chart, 300, 'c1');

  it('says what it shows to those who cannot see it', () => {
    expect(svg).toContain('role="img" aria-label="kill &lt;1&gt; in time. Two points."');
  });

  it('has its colours as variables, no styles of its own, and nothing of the library’s bookkeeping', () => {
    expect(svg).toContain('var(--ok)');
    expect(svg).not.toMatch(/#0d0e|<style|class="zr|ecmeta_|font-family:/);
  });

  it('is the same each time, since its ids are its own', () => {
    expect(drawChart(chart, 300, 'c1')).toBe(svg);
    for (const [, id] of svg.matchAll(/ id="([^"]+)"/g)) expect(id).toMatch(/^c1-/);
  });
});

it('is drawn for wide and for narrow screens, with ids that do not clash', () => {
  const drawn = drawBoth(chart);
  expect(drawn.wide).toContain(`width="${WIDE_PX}"`);
  expect(drawn.narrow).toContain(`width="${NARROW_PX}"`);
  expect(drawn).toMatchObject({ name: chart.name, title: chart.title });
  const idsOf = (svg: string): (string | undefined)[] => [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(idsOf(drawn.wide).filter((id) => idsOf(drawn.narrow).includes(id))).toEqual([]);
});

it('a file brings its colours and its background along', () => {
  const file = chartFile(drawBoth(chart));
  expect(file).toMatch(/^<svg [^>]*><style>:root\{/);
  expect(file).toContain('fill="var(--bg)"');
  expect(file.endsWith('</svg>\n')).toBe(true);
});
