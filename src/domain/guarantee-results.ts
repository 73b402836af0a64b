import type { FaultRecord } from './fault-record.js';
import { SHOWN_VIOLATIONS, type Circumstances, type GuaranteeResult, type Violation } from './guarantees/guarantee.js';
import type { History } from './guarantees/history.js';
import { guarantees } from './guarantees/index.js';
import type { BrokersSince } from './losses.js';
import { isProvedOver } from './periods.js';

/** Topics and client ids may have 65,535 characters, and a record is no place for them. */
const TEXT_CHARS = 300;

/** What every checker says of what one SDK's clients saw. One that was shown nothing that it applies to says nothing. */
export function guaranteeResults(
  history: History,
  circumstances: Circumstances,
  of: Pick<GuaranteeResult, 'phase' | 'sdk'>,
): GuaranteeResult[] {
  return guarantees.flatMap(({ name: guarantee, judge }): GuaranteeResult[] => {
    const { state, checked, undecided, why, violations } = judge(history, circumstances);
    if (state === 'undecided' && checked === 0) return [];
    const shown = violations.slice(0, SHOWN_VIOLATIONS).map(short);
    return [{ guarantee, ...of, state, checked, undecided, why: cut(why), violations: violations.length, shown }];
  });
}

const cut = (text: string): string => (text.length <= TEXT_CHARS ? text : `${text.slice(0, TEXT_CHARS)}…`);

const short = ({ text, moments }: Violation): Violation => ({
  text: cut(text),
  moments: moments.map((moment) => ({ ...moment, who: cut(moment.who), text: cut(moment.text) })),
});

/** What was done to a cluster, as the checkers need it; null: nothing was. `brokers`: the endpoints of the run, by time. */
export function faultCircumstances(
  kind: string,
  fault: FaultRecord,
  brokers: readonly BrokersSince[],
): Circumstances['fault'] {
  const { injectedUs, recoveredUs } = fault;
  // The fault `none` names every node, and hurts nobody.
  if (injectedUs === null || kind === 'none') return null;
  return {
    injectedUs,
    recoveredUs: isProvedOver(fault) ? recoveredUs : null,
    victims: victimEndpoints(fault, injectedUs, brokers),
  };
}

/** Null where something else than brokers was hit (links, an interface), or where nobody knows their endpoints. */
function victimEndpoints(
  { victim }: FaultRecord,
  injectedUs: number,
  brokers: readonly BrokersSince[],
): readonly string[] | null {
  const endpoints = Object.entries(brokers.findLast(({ sinceUs }) => sinceUs <= injectedUs)?.endpoints ?? {});
  const found = (victim ?? '').split(', ').map((id) => endpoints.find(([, node]) => node === id)?.[0]);
  const known = found.filter((endpoint) => endpoint !== undefined);
  return known.length === found.length ? known : null;
}
