/**
 * Colours of pages and charts, each light and dark. They come from the palette of Okabe and Ito, darkened or lightened for contrast: also without red
 * or green they differ, and what they tell is told by shape or place, too.
 */
const COLOURS = {
  bg: ['#ffffff', '#0f1419'],
  panel: ['#f5f7f9', '#182028'],
  text: ['#1a2027', '#e6ebf0'],
  muted: ['#55606b', '#a3b0bd'],
  line: ['#d3dae1', '#33404d'],
  link: ['#00559e', '#7cc0ff'],
  ok: ['#0068a8', '#56b4e9'],
  late: ['#a85400', '#f0a93b'],
  unacked: ['#7b3f98', '#d6a0ee'],
  lost: ['#b3001b', '#ff7a70'],
  second: ['#00795c', '#3fd0a4'],
  fault: ['#f6cfc4', '#5a2a20'],
  heal: ['#e6e9ee', '#242d37'],
  judged: ['#d5e8f6', '#16354a'],
} as const satisfies Record<string, readonly [string, string]>;

export type ColourName = keyof typeof COLOURS;

const NAMES = Object.keys(COLOURS) as ColourName[];

/** What stands for a colour in a chart until it is drawn: the chart library takes no CSS variables. */
export const colour = (name: ColourName): string => `#0d0e${NAMES.indexOf(name).toString(16).padStart(2, '0')}`;

/** A drawn chart with its colours as CSS variables, so that one drawing serves light and dark. */
export const withVariables = (svg: string): string =>
  svg.replace(/#0d0e([0-9a-f]{2})/g, (found, code: string) => {
    const name = NAMES[parseInt(code, 16)];
    return name === undefined ? found : `var(--${name})`;
  });

const variables = (index: 0 | 1): string => NAMES.map((name) => `--${name}:${COLOURS[name][index]}`).join(';');

/** The variables, for a page or for a chart that stands alone. */
export const PALETTE_CSS = `:root{color-scheme:light dark;${variables(0)}}@media (prefers-color-scheme:dark){:root{${variables(1)}}}`;

export const colourValues = (name: ColourName): readonly [string, string] => COLOURS[name];
