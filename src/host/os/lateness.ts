import { monotonicUs } from './clock.js';

const EVERY_MS = 50;

/** How late a timer of this process has been since it is watched. */
export interface Lateness {
  /** Share of the time by which it was late, in whole percent: 0 on a host with room, near 100 where this process got no processor or was stopped. */
  readonly latePercent: () => number;
  readonly end: () => void;
}

/**
 * A process that is late could not look at what it waits for. Its own timer shows it on every host and in every container, whatever the reason: too many
 * other processes, a quota, SIGSTOP, a suspended machine, or work of its own that blocks.
 * @param nowUs a monotonic clock
 */
export function watchLateness(nowUs: () => number = monotonicUs): Lateness {
  const startUs = nowUs();
  let lateUs = 0;
  let dueUs = startUs + EVERY_MS * 1000;
  const overdueUs = (now: number): number => Math.max(0, now - dueUs);
  const timer = setInterval(() => {
    const now = nowUs();
    lateUs += overdueUs(now);
    dueUs = now + EVERY_MS * 1000;
  }, EVERY_MS);
  timer.unref();
  return {
    latePercent: () => {
      const now = nowUs();
      return now <= startUs ? 0 : Math.round(((lateUs + overdueUs(now)) * 100) / (now - startUs));
    },
    end: () => clearInterval(timer),
  };
}
