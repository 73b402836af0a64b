import type { HostCpu } from './client-result.js';

/** What programs say, in any language, when the host has run out of something that they did not use up themselves. */
const OUT_OF = /no space left on device|disk quota exceeded|too many open files in system|cannot allocate memory/i;

/** The first line of a text that says that the host has run out of something, cut to a readable length. */
export const hostTroubleIn = (text: string): string | undefined =>
  text
    .split('\n')
    .find((line) => OUT_OF.test(line))
    ?.trim()
    .slice(0, 200);

/** Where our own timer was late for this share of the time, half of every limit was gone before anybody could look. */
const LATE_PERCENT = 50;
/** A cluster that has this share of the processors, or more, makes everybody late by itself. */
const CLUSTER_PERCENT = 50;

/**
 * Why nobody can tell, after a wait that was in vain, whether the broker or this host was too slow; undefined where the host had room, or the brokers
 * themselves took it.
 */
export function tooBusyToTell(cpu: HostCpu | null | undefined): string | undefined {
  const { latePercent = 0, busyPercent = 0, clusterPercent = 0 } = cpu ?? {};
  if (latePercent < LATE_PERCENT || clusterPercent >= CLUSTER_PERCENT) return undefined;
  return `this host was too busy to tell: a timer of ours was late for ${latePercent} % of the time; processors ${busyPercent} % busy, ${clusterPercent} % by the cluster`;
}
