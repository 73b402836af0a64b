import type { CrowdFigures } from '../../src/domain/crowd.js';
import type { ScenarioResult } from '../../src/domain/report-data.js';
import { scenario } from '../values.js';
import { result } from './values.js';

const go: CrowdFigures = {
  ...{ sdk: 'go', connections: 1000, thrownOut: 334, back: 334, halfBackMs: 1234.5, mostBackMs: 4000, allBackMs: 6100 },
  ...{ refused: 12, failed: 7, sessions: 167, sessionsPresent: 166, pausePercent: 31, lastPausePercent: 80 },
};
const away = { back: 0, halfBackMs: null, mostBackMs: null, allBackMs: null, sessions: 0, sessionsPresent: 0 };
const rust: CrowdFigures = { ...go, ...away, sdk: 'rust', pausePercent: null, lastPausePercent: null };

/** A scenario with two crowds, of which one never came back. */
export const crowded: ScenarioResult = { ...result(scenario('kill')), crowd: [go, rust] };
