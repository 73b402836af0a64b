import type { HistoryEntry, HistoryIndex } from '../domain/history.js';
import { REPORT_PAGE } from '../domain/run-files.js';
import { element, xmlFile } from './xml.js';

/** Readers need the latest ones. */
const ENTRIES = 50;

/** What makes two verdicts different: the headline, and which known failures are gone. */
const saidBy = ({ headline, known }: HistoryEntry): string => [headline, ...(known?.gone ?? [])].join(' ');

/** Full rounds whose verdict is another one than that of their cluster's round before, or that have a failure that is new; oldest first. */
export function verdictChanges(runs: readonly HistoryEntry[]): HistoryEntry[] {
  const before = new Map<string, string>();
  return runs.filter((run) => {
    if (run.kind !== 'full' || run.headline === 'CANCELLED' || run.headline === 'REFUSED') return false;
    const isOther = before.get(run.cluster) !== saidBy(run);
    before.set(run.cluster, saidBy(run));
    return isOther || (run.known?.new_failures ?? 0) > 0;
  });
}

function entry(run: HistoryEntry, runsAt: string): string {
  const link =
    run.pruned_at === undefined
      ? [element('link', { href: `${runsAt}${encodeURIComponent(run.run_id)}/${REPORT_PAGE}` })]
      : [];
  return element('entry', {}, [
    element('id', {}, `urn:robustmq-chaos:${encodeURIComponent(run.run_id)}`),
    element('title', {}, `${run.cluster}: ${run.summary}`),
    element('updated', {}, run.finished_at),
    ...link,
    element('summary', {}, run.summary),
  ]);
}

/** `feed.xml`: the changes of verdicts. Source: RFC 4287 (Atom). */
export function feed({ runs, runs_at: runsAt }: Pick<HistoryIndex, 'runs' | 'runs_at'>): string {
  const changes = verdictChanges(runs).slice(-ENTRIES).reverse();
  return xmlFile(
    element('feed', { xmlns: 'http://www.w3.org/2005/Atom' }, [
      element('id', {}, 'urn:robustmq-chaos:verdicts'),
      element('title', {}, 'RobustMQ under chaos: changes of verdicts'),
      element('updated', {}, changes[0]?.finished_at ?? '1970-01-01T00:00:00Z'),
      element('author', {}, [element('name', {}, 'robustmq-chaos-test')]),
      ...changes.map((run) => entry(run, runsAt)),
    ]),
  );
}
