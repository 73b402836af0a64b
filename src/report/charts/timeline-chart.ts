import { MARK_CLASSES, MARK_WORDS, type Timeline } from '../timeline.js';
import { colour } from './palette.js';
import type { Chart } from './render.js';
import { axes } from './timeline-axes.js';
import { layoutOf, type Layout } from './timeline-layout.js';
import { dots, throughput } from './timeline-series.js';

function titles(timeline: Timeline, { left, tops }: Layout): object[] {
  const text = ['per second, all SDKs', ...timeline.tracks.map(({ sdk }) => sdk)];
  return text.map((title, i) => ({
    text: title,
    left: left - 4,
    top: (tops[i] ?? 0) - (i === 0 ? 42 : 20),
    padding: 4,
    textStyle: { fontSize: 12, fontWeight: i === 0 ? 'normal' : 'bold', color: colour(i === 0 ? 'muted' : 'text') },
  }));
}

/** In words: how many messages of each class, and what happened when. */
function alternative(timeline: Timeline): string {
  const marks = timeline.tracks.flatMap((track) => track.marks);
  const counts = MARK_CLASSES.map((kind) => `${marks.filter((m) => m.kind === kind).length} ${MARK_WORDS[kind]}`);
  const bands = timeline.bands.map(({ label, from, to }) => `${label} from ${from.toFixed(1)} to ${to.toFixed(1)} s`);
  const leaders = timeline.leaders.length === 0 ? '' : ` ${timeline.leaders.length} groups changed their leader.`;
  const faults = (timeline.faults ?? []).map(
    ({ label, from, to }) => ` ${label} was on from ${from.toFixed(1)} to ${to.toFixed(1)} s.`,
  );
  return `${marks.length} messages: ${counts.join(', ')}. ${bands.join(', ')}.${faults.join('')}${leaders} The same data follows as a table.`;
}

/** One scenario in time: messages per second, and below, for every SDK, one mark per message by its latency. */
export const timelineChart = (scenario: string, timeline: Timeline): Chart => ({
  name: `${scenario}-timeline`,
  title: `${scenario} in time`,
  alternative: alternative(timeline),
  draw: (widthPx) => {
    const layout = layoutOf(widthPx, timeline.tracks.length);
    const grid = layout.tops.map((top, i) => ({
      left: layout.left,
      right: layout.right,
      top,
      height: layout.heights[i],
      outerBoundsMode: 'none',
    }));
    const series = [
      ...throughput(timeline, layout.narrow, layout.tops[0]),
      ...timeline.tracks.flatMap((_, i) => dots(timeline, layout, i)),
    ];
    return {
      heightPx: layout.totalPx,
      option: { grid, title: titles(timeline, layout), ...axes(timeline, layout), series },
    };
  },
});
