import { isAbout, type Gone, type KnownEntry, type Sighting, type SortedFinding } from './known.js';
import type { HistoryEntry } from './history.js';
import type { RunData, ScenarioResult } from './report-data.js';
import { blameOf } from './status.js';
import type { SdkVerdict } from './verdict.js';

type Ran = Pick<RunData, 'scenarios' | 'controlVerdicts' | 'runFailures'>;

const saysSomething = ({ status }: Pick<SdkVerdict, 'status'>): boolean => blameOf(status) !== 'equipment';

/** A client that could send nothing shows nothing of what happens to messages. */
const couldShow = ({ match }: KnownEntry, { checks }: Pick<SdkVerdict, 'checks'>): boolean =>
  match.check === undefined ||
  ['sent', 'exit_code'].includes(match.check) ||
  checks.every(({ check, ok }) => check !== 'sent' || ok);

/** Did the equipment, or a person, keep this scenario from saying anything of the broker? */
const isVoid = ({ verdict }: ScenarioResult): boolean =>
  verdict.status === 'cancelled' || verdict.failures.some(({ sdk, blame }) => sdk === null && blame === 'equipment');

/** The clients of the control run, or of the scenarios, that say something of the broker. */
export const sayingClients = (
  { scenarios, controlVerdicts, runFailures }: Ran,
  where: 'control' | 'scenarios',
): (SdkVerdict & { readonly scenario: string | null })[] => {
  if (where === 'scenarios') {
    return scenarios
      .filter((result) => !isVoid(result))
      .flatMap(({ scenario, sdkVerdicts }) => sdkVerdicts.map((v) => ({ ...v, scenario: scenario.name })))
      .filter(saysSomething);
  }
  if (runFailures.some(({ blame }) => blame === 'equipment')) return [];
  return controlVerdicts.map((verdict) => ({ ...verdict, scenario: null })).filter(saysSomething);
};

/** Whether what an entry is about was tried in a run, and the run says how it went: only such a run can show that it is gone. */
export const isEligible = (entry: KnownEntry, ran: Ran): boolean =>
  sayingClients(ran, entry.match.where === 'control' ? 'control' : 'scenarios').some(
    (client) => couldShow(entry, client) && isAbout(entry, client),
  );

/** The entries that could have been seen in a run, and how often each was. */
export function sightingsOf(entries: readonly KnownEntry[], data: Ran, findings: readonly SortedFinding[]): Sighting[] {
  return entries.flatMap((entry) => {
    const seen = findings.filter(({ ids, partly }) => [...ids, ...partly].includes(entry.id)).length;
    return seen > 0 || isEligible(entry, data) ? [{ id: entry.id, seen }] : [];
  });
}

/** `rounds`: the sightings of full rounds, oldest first, the one in question last. */
export function goneOf(entries: readonly KnownEntry[], rounds: readonly (readonly Sighting[])[]): Gone[] {
  return entries.flatMap(({ id, why, goneAfter }) => {
    const counts = rounds.flatMap((sightings) => sightings.filter((s) => s.id === id).map(({ seen }) => seen));
    const unseen = counts.length - 1 - counts.findLastIndex((seen) => seen > 0);
    const isInThisOne = rounds.at(-1)?.some((s) => s.id === id) === true;
    return unseen < goneAfter ? [] : [{ id, why, rounds: unseen, isNews: unseen === goneAfter && isInThisOne }];
  });
}

/** What the rounds of a cluster before a run saw, by the history, oldest first. */
export function sightingsBefore(
  entries: readonly HistoryEntry[],
  { runId, startedAt, plan: { cluster } }: Pick<RunData, 'runId' | 'startedAt' | 'plan'>,
): (readonly Sighting[])[] {
  const startedMs = (entry: HistoryEntry): number => Date.parse(entry.started_at);
  return entries
    .filter((entry) => entry.kind === 'full' && entry.cluster === cluster && entry.run_id !== runId)
    .filter((entry) => startedMs(entry) <= Date.parse(startedAt))
    .sort((a, b) => startedMs(a) - startedMs(b))
    .flatMap(({ known }) => (known === undefined ? [] : [known.sightings]));
}
