import {
  GUARANTEE_NAMES,
  type GuaranteeName,
  type GuaranteeResult,
  type GuaranteeState,
} from '../domain/guarantees/guarantee.js';
import type { RunData } from '../domain/report-data.js';
import { dash, mark } from './format.js';
import type { Table } from './tables.js';

/** In which part of a run clients were, in words. */
export const PHASE_WORDS: Readonly<Record<GuaranteeResult['phase'], string>> = {
  control: 'control run',
  fault: 'fault period',
  validation: 'validation',
};

/** What a guarantee came to, and where. */
interface Found extends GuaranteeResult {
  /** Null: the control run. */
  readonly scenario: string | null;
}

const WORST_FIRST: readonly GuaranteeState[] = ['violated', 'undecided', 'held', 'not offered'];

const rankOf = (state: GuaranteeState): number => WORST_FIRST.indexOf(state);

const CELLS: Readonly<Record<Exclude<GuaranteeState, 'violated'>, string>> = {
  undecided: '? undecided',
  held: `${mark(true)} held`,
  'not offered': `${dash} not offered`,
};

/** Everything that a run recorded about guarantees; none in records of earlier versions. */
const foundIn = ({ controlGuarantees = [], scenarios }: RunData): Found[] => [
  ...controlGuarantees.map((result) => ({ ...result, scenario: null })),
  ...scenarios.flatMap(({ scenario, guarantees = [] }) =>
    guarantees.map((result) => ({ ...result, scenario: scenario.name })),
  ),
];

const worstOf = (results: readonly Found[]): Found | undefined =>
  [...results].sort((a, b) => rankOf(a.state) - rankOf(b.state) || b.violations - a.violations)[0];

const sumOf = (results: readonly Found[]): number => results.reduce((sum, { violations }) => sum + violations, 0);

const placeOf = ({ scenario, phase }: Found): string =>
  scenario === null ? PHASE_WORDS.control : `${scenario}, ${PHASE_WORDS[phase]}`;

/** The worst of one guarantee and SDK. Of violations: how many, and where most of them are. */
function cell(results: readonly Found[]): string {
  const worst = worstOf(results);
  if (worst === undefined) return dash;
  if (worst.state !== 'violated') return CELLS[worst.state];
  const isAll = results.filter(({ state }) => state === 'violated').length === 1;
  return `${mark(false)} violated: ${sumOf(results)}${isAll ? '' : ', most'} in ${placeOf(worst)}`;
}

/** Guarantees × SDKs: of each the worst in any scenario and phase, the worst first. Null where the run recorded nothing about them. */
export function guaranteesTable(data: RunData): Table | null {
  const found = foundIn(data);
  if (found.length === 0) return null;
  const sdks = [...new Set([...data.plan.sdks, ...found.map(({ sdk }) => sdk)])];
  const rows = GUARANTEE_NAMES.flatMap((name) => {
    const own = found.filter(({ guarantee }) => guarantee === name);
    const worst = worstOf(own);
    if (worst === undefined) return [];
    const cells = sdks.map((sdk) => cell(own.filter((result) => result.sdk === sdk)));
    return [{ rank: rankOf(worst.state), row: [name, ...cells] }];
  });
  return {
    caption: 'Guarantees: the worst of all scenarios and phases',
    head: ['guarantee', ...sdks],
    rows: rows.sort((a, b) => a.rank - b.rank).map(({ row }) => row),
    key: 'guarantees',
  };
}

/** Where one guarantee was violated: `go, rust in leader-transfer`. */
interface Place {
  readonly guarantee: GuaranteeName;
  readonly text: string;
  /** 0: where this guarantee was violated most. */
  readonly index: number;
}

function placesOf(guarantee: GuaranteeName, violated: readonly Found[]): Place[] {
  const own = violated.filter((result) => result.guarantee === guarantee);
  const scenarios = [...new Set(own.map(({ scenario }) => scenario))];
  return scenarios
    .map((scenario) => {
      const here = own.filter((result) => result.scenario === scenario);
      const sdks = [...new Set(here.map(({ sdk }) => sdk))];
      return { text: `${sdks.join(', ')} in ${scenario ?? 'the control run'}`, count: sumOf(here) };
    })
    .sort((a, b) => b.count - a.count)
    .map(({ text }, index) => ({ guarantee, text, index }));
}

/** Is it named already, as a check that a client of a validation failed? */
const isFailedCheck = ({ scenarios }: RunData, { guarantee, scenario, sdk, phase }: Found): boolean =>
  phase === 'validation' &&
  scenarios
    .filter((result) => result.scenario.name === scenario)
    .flatMap(({ sdkVerdicts }) => sdkVerdicts)
    .some((verdict) => verdict.sdk === sdk && verdict.checks.some(({ check, ok }) => check === guarantee && !ok));

/** A first line names this many places. */
const NAMED = 5;

/**
 * Violations that the first line warns of: `order violated (go in leader-transfer)`; empty where there are none. Losses are named as such, so
 * at-least-once is not among them. Each guarantee is named before any is named twice.
 */
export function violatedText(data: RunData): string {
  const violated = foundIn(data).filter(
    (result) => result.state === 'violated' && result.guarantee !== 'at-least-once' && !isFailedCheck(data, result),
  );
  const places = GUARANTEE_NAMES.flatMap((name) => placesOf(name, violated));
  const named = [...places].sort((a, b) => a.index - b.index).slice(0, NAMED);
  const parts = GUARANTEE_NAMES.flatMap((name) => {
    const own = named.filter(({ guarantee }) => guarantee === name);
    return own.length === 0 ? [] : [`${name} violated (${own.map(({ text }) => text).join('; ')})`];
  });
  const rest = places.length - named.length;
  return [...parts, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}
