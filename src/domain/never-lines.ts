import { loudLines } from './broker-lines.js';
import type { SnapshotSummary } from './report-data.js';
import type { Finding, Place } from './symptom.js';

// They are here because they must never appear: each of them has the empty text in it.
const NEVER = { never: [''], benign: [] };

/** Lines that must never appear; those that say the same but for numbers are one finding, with every different text of them. */
export function lineFindings(
  scenario: string | null,
  snapshots: readonly Pick<SnapshotSummary, 'neverLines'>[],
): Finding[] {
  const where: Place = scenario === null ? 'run' : 'scenario';
  const groups: { readonly like: string; readonly lines: string[] }[] = [];
  for (const line of snapshots.flatMap((s) => s.neverLines)) {
    const group = groups.find(({ like }) => loudLines([like, line], NEVER).length === 1);
    if (group === undefined) groups.push({ like: line, lines: [line] });
    else group.lines.push(line);
  }
  return groups.map(({ like, lines }) => ({
    ...{ scenario, sdk: null, where, status: 'failed', blame: 'broker', fails: false },
    symptoms: [
      {
        check: 'never_line',
        where,
        value: lines.length,
        text: `${like}${lines.length === 1 ? '' : ` (${lines.length} times)`}`,
        said: [...new Set(lines)],
      },
    ],
  }));
}
