import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, MarkLineComponent, TitleComponent } from 'echarts/components';
import { init, use, type EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { escapeHtml } from '../html.js';
import { colour, PALETTE_CSS, withVariables } from './palette.js';

use([
  ...[CustomChart, LineChart, ScatterChart],
  ...[GridComponent, MarkAreaComponent, MarkLineComponent, TitleComponent],
  SVGRenderer,
]);

/** One chart: a name for its file and its ids, what it says to those who cannot see it, and how to draw it for a given width. */
export interface Chart {
  readonly name: string;
  readonly title: string;
  readonly alternative: string;
  readonly draw: (widthPx: number) => { readonly heightPx: number; readonly option: EChartsCoreOption };
}

export const FONT = 'system-ui, sans-serif';
export const WIDE_PX = 960;
export const NARROW_PX = 344;

/**
 * Draws a chart as an SVG for a page: no style of its own, ids that begin with `id`, colours by CSS variables. The same input gives the same text.
 */
export function drawChart(chart: Chart, widthPx: number, id: string): string {
  const { heightPx, option } = chart.draw(widthPx);
  const instance = init(null, null, { renderer: 'svg', ssr: true, width: widthPx, height: heightPx });
  try {
    instance.setOption({ animation: false, textStyle: { fontFamily: FONT, color: colour('text') }, ...option });
    return tidy(instance.renderToSVGString(), chart, id);
  } finally {
    // Without it a timer of the library keeps the process.
    instance.dispose();
  }
}

function tidy(svg: string, { title, alternative }: Chart, id: string): string {
  const plain = svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/ (class="zr\d+-cls-\d+"|pointer-events="visible"|ecmeta_[a-z_]+="[^"]*"|xml:space="preserve")/g, '')
    .replace(/ style="font-size:(\d+)px;font-family:[^";]*;?"/g, ' font-size="$1"')
    .replace(/zr\d+-/g, `${id}-`)
    .replace(/\n+/g, '\n');
  const label = escapeHtml(`${title}. ${alternative}`);
  return withVariables(plain)
    .replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', '')
    .replace(/<svg /, `<svg role="img" aria-label="${label}" font-family="${FONT}" `)
    .trim();
}

/** A chart as both screens need it. */
export interface DrawnChart {
  readonly name: string;
  readonly title: string;
  readonly wide: string;
  readonly narrow: string;
}

/** Draws a chart for wide and for narrow screens. */
export function drawBoth(chart: Chart): DrawnChart {
  const id = chart.name.replace(/[^A-Za-z0-9-]/g, '-');
  const { name, title } = chart;
  return { name, title, wide: drawChart(chart, WIDE_PX, `${id}-w`), narrow: drawChart(chart, NARROW_PX, `${id}-n`) };
}

/** The wide one as a file of its own: it brings its colours and its background along. */
export function chartFile({ wide }: DrawnChart): string {
  const background = '<rect width="100%" height="100%" fill="var(--bg)"/>';
  return `${wide.replace(/^(<svg [^>]*>)/, `$1<style>${PALETTE_CSS}</style>${background}`)}\n`;
}
