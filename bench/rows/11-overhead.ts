import { median, table, type Row } from '../row.js';
import { withRound, type TimedEvent } from '../round.js';

const TARGET_SECONDS = 1.5;

/** Intervals in which an activity was executing or a timer was running. */
function workIntervals(events: readonly TimedEvent[]): [number, number][] {
  const at = new Map(events.map(({ id, atMs }) => [id, atMs]));
  return events.flatMap(({ activityStartedBy, timerStartedBy, atMs }) => {
    const from = at.get(activityStartedBy ?? timerStartedBy ?? -1);
    return from === undefined ? [] : [[from, atMs] as [number, number]];
  });
}

/** Total length of the union of intervals. */
function covered(intervals: readonly [number, number][]): number {
  let [total, end] = [0, -Infinity];
  for (const [from, to] of [...intervals].sort((a, b) => a[0] - b[0])) {
    total += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return total;
}

/** What the orchestration costs: wall time of a scenario minus the time in which one of its steps was at work or a timer ran. */
export const overhead: Row = {
  id: 11,
  figure: 'harness overhead of a scenario: wall − what its steps need',
  target: `≤ ${TARGET_SECONDS} s`,
  run: async (context) => {
    context.say('a round of five scenarios with short waits');
    return withRound(context, async ({ scenarios, events, bytes }) => {
      const figures = [...scenarios].map(([name, history]) => {
        const wall = ((history.at(-1)?.atMs ?? NaN) - (history[0]?.atMs ?? NaN)) / 1000;
        const steps = covered(workIntervals(history)) / 1000;
        return { name, wall, steps, overhead: wall - steps, events: history.length };
      });
      const all = figures.map((one) => one.overhead);
      return {
        reached: figures.length > 0 && all.every((seconds) => seconds <= TARGET_SECONDS),
        value: `median ${median(all).toFixed(2)} s, worst ${Math.max(...all).toFixed(2)} s`,
        detail: [
          table(
            ['scenario', 'wall s', 'steps s', 'overhead s', 'events'],
            figures.map((one) => [
              one.name,
              ...[one.wall, one.steps, one.overhead].map((seconds) => seconds.toFixed(2)),
              String(one.events),
            ]),
          ),
          `The whole round: ${events} events, ${bytes} bytes of history.`,
        ],
        data: { figures, events, bytes },
      };
    });
  },
};
