import { MOST_PERCENT } from '../domain/crowd.js';
import type { ScenarioResult } from '../domain/report-data.js';
import { dash, number, seconds } from './format.js';
import type { Table } from './tables.js';

const percent = (value: number | null): string => (value === null ? dash : `${value} %`);

/** What became of the many connections of each SDK in the fault period; without rows where there were none. */
export const crowdTable = ({ crowd = [] }: Pick<ScenarioResult, 'crowd'>): Table => ({
  caption: 'Many connections in the fault period: when those that were thrown out were back, from the injection on',
  head: [
    ...['SDK', 'connections', 'thrown out', 'back', 'half', `${MOST_PERCENT} %`, 'all', 'refused', 'failed'],
    ...['sessions present', 'own pauses', 'of the last'],
  ],
  rows: crowd.map((of) => [
    of.sdk,
    ...[of.connections, of.thrownOut, of.back].map((count) => number(count, 0)),
    ...[of.halfBackMs, of.mostBackMs, of.allBackMs].map(seconds),
    ...[of.refused, of.failed].map((count) => number(count, 0)),
    of.sessions === 0 ? dash : `${of.sessionsPresent} of ${of.sessions}`,
    ...[of.pausePercent, of.lastPausePercent].map(percent),
  ]),
});
