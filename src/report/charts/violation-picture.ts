import { visible } from '../../domain/verbatim.js';
import { escapeHtml } from '../html.js';
import { msText, type HistoryLine, type ShownHistory } from '../violations.js';
import type { ColourName } from './palette.js';
import { FONT, NARROW_PX } from './render.js';

/**
 * The time line of one violation: a row for each moment, from top to bottom, and a lane for each client. Rows are equally far apart, because moments lie
 * milliseconds or minutes apart; each has its time beside it. It is written here, and not by the chart library, because a report may have a hundred.
 */

type Mark = Exclude<HistoryLine['what'], 'inject' | 'recover'>;

interface Shape {
  /** Around 0 0, 9 pixels wide at most. */
  readonly path: string;
  readonly colour: ColourName;
  readonly isOutline: boolean;
  /** What it means. */
  readonly words: string;
}

/** Each can be told by its shape alone. */
export const SHAPES: Readonly<Record<Mark, Shape>> = {
  connect: { path: 'M-3 0A3 3 0 1 0 3 0A3 3 0 1 0-3 0Z', colour: 'text', isOutline: true, words: 'connects' },
  subscribe: { path: 'M0-4.5L4.5 0L0 4.5L-4.5 0Z', colour: 'unacked', isOutline: false, words: 'subscribes' },
  send: { path: 'M-3-4L4.5 0L-3 4Z', colour: 'ok', isOutline: false, words: 'sends' },
  ack: { path: 'M-3-3H3V3H-3Z', colour: 'second', isOutline: false, words: 'acknowledged' },
  receive: { path: 'M-4 0A4 4 0 1 0 4 0A4 4 0 1 0-4 0Z', colour: 'late', isOutline: false, words: 'receives' },
  close: { path: 'M-4-4L4 4M-4 4L4-4', colour: 'lost', isOutline: true, words: 'connection ends' },
  never: { path: 'M-4-4H4V4H-4ZM-4 4L4-4', colour: 'lost', isOutline: true, words: 'never came' },
};

/** A mark at a place, in pixels. */
export function markAt(what: Mark, x: number, y: number): string {
  const { path, colour, isOutline } = SHAPES[what];
  const paint = isOutline ? `fill="none" stroke="var(--${colour})" stroke-width="2"` : `fill="var(--${colour})"`;
  return `<path transform="translate(${x} ${y})" d="${path}" ${paint}/>`;
}

const ROW = 20;
const TIMES = 74;
const LANE = 16;
/** At this size a letter is at most so wide. */
const LETTER = 6.4;

const isMark = (line: HistoryLine): line is HistoryLine & { readonly what: Mark } => line.who !== null;

const laneX = (lane: number): number => TIMES + LANE * (lane + 0.75);
const rowY = (row: number): number => ROW * (row + 0.5);

/** Names differ at their end, so a long one loses its beginning; the table has it whole. */
function labelOf({ who, text }: HistoryLine, room: number): string {
  const [words, name] = [Array.from(visible(text)), who === null ? [] : Array.from(visible(who))];
  const left = Math.max(4, room - words.length - 2);
  const short = name.length > left ? ['…', ...name.slice(1 - left)] : name;
  const all = [...short, ...(name.length > 0 ? [': '] : []), ...words];
  return (all.length > room ? [...all.slice(0, room - 1), '…'] : all).join('');
}

/** The lane of one client: dotted from where its connection ended to where it has the next one. */
function laneOf(lines: readonly HistoryLine[], who: string, x: number): string {
  const turns = lines.flatMap((line, row) =>
    line.who === who && (line.what === 'connect' || line.what === 'close')
      ? [{ row, isOpen: line.what === 'connect' }]
      : [],
  );
  const first = { row: -0.5, isOpen: turns[0]?.isOpen !== true };
  const stretches = [first, ...turns].map(({ row, isOpen }, i) => {
    const d = `M${x} ${rowY(row)}V${rowY(turns[i]?.row ?? lines.length - 0.5)}`;
    return `<path d="${d}" stroke="var(--muted)"${isOpen ? '' : ' stroke-dasharray="1 4"'}/>`;
  });
  return stretches.join('');
}

function faultBand(lines: readonly HistoryLine[]): string {
  const from = lines.findIndex(({ what }) => what === 'inject');
  if (from < 0) return '';
  const over = lines.findIndex(({ what }) => what === 'recover');
  const rows = (over < 0 ? lines.length : over + 1) - from;
  return `<rect y="${from * ROW}" width="${NARROW_PX}" height="${rows * ROW}" fill="var(--fault)"/>`;
}

/** In words, for those who cannot see it. */
function alternative({ name, since, lines }: ShownHistory): string {
  const marks = lines.filter(isMark);
  const at = (line: HistoryLine | undefined): string => msText(line?.ms ?? 0);
  return `${name}, in time. ${marks.length} moments, ${at(lines[0])} to ${at(lines.at(-1))} ms from the ${since}. The same history follows as a table.`;
}

/** One SVG for wide and narrow screens, light and dark. */
export function violationPicture(history: ShownHistory): string {
  const { lines } = history;
  const lanes = [...new Set(lines.flatMap(({ who }) => who ?? []))];
  const textX = Math.round(laneX(lanes.length));
  const room = Math.floor((NARROW_PX - textX) / LETTER);
  const rows = lines.map((line, row) => {
    const y = rowY(row);
    const mark = isMark(line) ? markAt(line.what, laneX(lanes.indexOf(line.who ?? '')), y) : '';
    const time = `<text x="${TIMES - 4}" y="${y + 4}" text-anchor="end">${msText(line.ms)}</text>`;
    return `${mark}${time}<text x="${textX}" y="${y + 4}">${escapeHtml(labelOf(line, room))}</text>`;
  });
  const size = `width="${NARROW_PX}" height="${lines.length * ROW}"`;
  return [
    `<svg ${size} viewBox="0 0 ${NARROW_PX} ${lines.length * ROW}" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(alternative(history))}" font-family="${FONT}" font-size="11" fill="var(--text)">`,
    faultBand(lines),
    ...lanes.map((who, lane) => laneOf(lines, who, laneX(lane))),
    ...rows,
    '</svg>',
  ].join('');
}
