import { guarantees } from '../domain/guarantees/index.js';
import type { GuaranteeName, GuaranteeResult, Moment, Violation } from '../domain/guarantees/guarantee.js';
import { verbatim } from '../domain/verbatim.js';
import { table } from './format.js';
import { PHASE_WORDS } from './guarantees.js';
import type { Table } from './tables.js';

/** When the fault was, in microseconds of the clients' clock; null where there was none, or nothing proved its end. */
export interface Window {
  readonly injectedUs: number | null;
  readonly recoveredUs: number | null;
}

/** Of a control run. */
export const NO_WINDOW: Window = { injectedUs: null, recoveredUs: null };

/** One line of a violation's history: a moment, or a border of the fault. */
export interface HistoryLine {
  /** Since the injection; since the first moment where nothing was injected. */
  readonly ms: number;
  /** Null: the fault. */
  readonly who: string | null;
  readonly what: Moment['what'] | 'inject' | 'recover';
  readonly text: string;
}

/** The history that shows a violation, in time order, with the fault in it. */
export interface ShownHistory {
  /** `leader-transfer, order, go, fault period, violation 1`: names nobody but us. */
  readonly name: string;
  /** One sentence, by the checker: it has words of others. */
  readonly text: string;
  /** From what the times count. */
  readonly since: string;
  readonly lines: readonly HistoryLine[];
}

/** What was violated, by one SDK in one phase. */
export interface ShownViolations {
  readonly guarantee: GuaranteeName;
  /** `go, fault period: 12 violations in 1490 cases; the first 3 of them`. */
  readonly text: string;
  /** `The rule (section 4.6): …`; empty for a guarantee that is not known here. */
  readonly rule: string;
  readonly histories: readonly ShownHistory[];
}

const ruleOf = (name: GuaranteeName): string => {
  const known = guarantees.find((guarantee) => guarantee.name === name);
  return known === undefined ? '' : `The rule (section ${known.section}): ${known.rule}`;
};

function linesOf({ moments }: Violation, { injectedUs, recoveredUs }: Window): HistoryLine[] {
  // What never happened has no time, and JSON has no infinity.
  const timed = moments.filter(({ us }) => Number.isFinite(us));
  const zero = injectedUs ?? Math.min(...timed.map(({ us }) => us));
  const border = (us: number | null, what: 'inject' | 'recover', text: string) =>
    us === null ? [] : [{ us, who: null, what, text }];
  const all = [
    ...border(injectedUs, 'inject', 'the fault is injected'),
    ...border(injectedUs === null ? null : recoveredUs, 'recover', 'its end is proved'),
    ...timed,
  ];
  return all
    .sort((a, b) => a.us - b.us)
    .map(({ us, who, what, text }) => ({ ms: (us - zero) / 1000, who, what, text }));
}

/** Every violation that a record has of these results, with the first ones in full. `scenario`: null is the control run. */
export function shownViolations(
  scenario: string | null,
  results: readonly GuaranteeResult[],
  window: Window,
): ShownViolations[] {
  return results
    .filter(({ state }) => state === 'violated')
    .map(({ guarantee, sdk, phase, violations, checked, shown }) => {
      const where = `${sdk}, ${PHASE_WORDS[phase]}`;
      const count = `${violations} violation${violations === 1 ? '' : 's'} in ${checked} case${checked === 1 ? '' : 's'}`;
      return {
        guarantee,
        text: `${where}: ${count}${shown.length < violations ? `; the first ${shown.length} of them` : ''}`,
        rule: ruleOf(guarantee),
        histories: shown.map((violation, i) => ({
          name: `${scenario === null ? '' : `${scenario}, `}${guarantee}, ${where}, violation ${i + 1}`,
          text: violation.text,
          since: window.injectedUs === null ? 'first moment' : 'injection',
          lines: linesOf(violation, window),
        })),
      };
    });
}

/** Signed ms, to the microsecond: `+12.345`. */
export const msText = (ms: number): string =>
  `${ms < 0 ? '−' : '+'}${Math.abs(ms)
    .toFixed(3)
    .replace(/\.?0+$/, '')}`;

export const historyTable = ({ name, since, lines }: ShownHistory): Table => ({
  caption: `${name}: the history as a table`,
  head: [`ms from the ${since}`, 'who', 'what'],
  rows: lines.map(({ ms, who, text }) => [msText(ms), who ?? '', text]),
});

/** What has no answer, or is not judged, and why; SDKs of which the same is to be said are one row. */
export function openTable(results: readonly GuaranteeResult[]): Table {
  const rows = new Map<string, { sdks: string[]; cells: readonly [string, string, string, string] }>();
  for (const { guarantee, state, phase, why, sdk } of results) {
    if (why === '' && state !== 'undecided' && state !== 'not offered') continue;
    const cells = [guarantee, state, PHASE_WORDS[phase], why] as const;
    const row = rows.get(JSON.stringify(cells));
    if (row === undefined) rows.set(JSON.stringify(cells), { sdks: [sdk], cells });
    else row.sdks.push(sdk);
  }
  return {
    caption: 'Guarantees: what is undecided, not offered, or not judged',
    head: ['guarantee', 'SDK', 'in', 'state', 'why'],
    rows: [...rows.values()].map(({ sdks, cells: [name, state, phase, why] }) => [
      name,
      sdks.join(', '),
      phase,
      state,
      why,
    ]),
  };
}

/** The same for Markdown, one part each: the violations, then what has no answer. */
export function violationParts(
  scenario: string | null,
  results: readonly GuaranteeResult[] = [],
  window: Window = NO_WINDOW,
): string[] {
  const violated = shownViolations(scenario, results, window).flatMap(({ guarantee, text, rule, histories }) => [
    `**${guarantee} violated**, ${verbatim(text)}${rule === '' ? '' : `\\\n${verbatim(rule)}`}`,
    ...histories.flatMap((history) => {
      const { caption, head, rows } = historyTable(history);
      return [verbatim(history.text), `<details><summary>${caption}</summary>\n\n${table(head, rows)}\n\n</details>`];
    }),
  ]);
  const open = openTable(results);
  if (open.rows.length === 0) return violated;
  return [...violated, `<details><summary>${open.caption}</summary>\n\n${table(open.head, open.rows)}\n\n</details>`];
}
