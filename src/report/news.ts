import { ofBroker, type KnownEntry, type SortedFinding } from '../domain/known.js';
import type { RunData } from '../domain/report-data.js';
import { dash } from './format.js';
import { PHASE_WORDS } from './guarantees.js';
import { newsText } from './summary.js';
import type { Table } from './tables.js';

/** In which part of a run something was seen, in words. */
export const IN = {
  ...PHASE_WORDS,
  scenario: 'scenario',
  run: 'run',
} as const;

/** `RMQ-8: why (issue)`. */
function nameOf(id: string, entries: readonly KnownEntry[]): string {
  const entry = entries.find((one) => one.id === id);
  return entry === undefined ? id : `${id}: ${entry.why}${entry.issue === undefined ? '' : ` (${entry.issue})`}`;
}

function findingRow(finding: SortedFinding, entries: readonly KnownEntry[]): string[] {
  const { scenario, sdk, where, fails, text, ids, partly } = finding;
  const kind = `${ids.length > 0 ? 'known' : 'new'} ${fails ? 'failure' : 'warning'}`;
  const beyond = partly.length > 0 ? `more than ${partly.join(', ')}` : dash;
  const by = ids.length > 0 ? ids.map((id) => nameOf(id, entries)).join('; ') : beyond;
  return [kind, scenario ?? dash, sdk ?? dash, IN[where], text, by];
}

/** What is new first, then what is known, then what is gone; null where the config has no list of known failures. */
export function newsTable(data: RunData): Table | null {
  const { known, plan } = data;
  if (known === undefined) return null;
  const entries = plan.known ?? [];
  const findings = ofBroker(known.findings);
  const gone = known.gone.map(({ id, rounds }) => [
    'gone',
    dash,
    dash,
    dash,
    `${id} has not been seen for ${rounds} round${rounds === 1 ? '' : 's'}: fixed?`,
    nameOf(id, entries),
  ]);
  return {
    caption: `What is new: ${newsText(data)}`,
    head: ['', 'scenario', 'SDK', 'in', 'what was seen', 'known as'],
    rows: [...findings.map((finding) => findingRow(finding, entries)), ...gone],
  };
}
