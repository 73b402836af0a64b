import { brokerText, changeText, isWorse, type Change } from '../domain/changes.js';
import type { RunData } from '../domain/report-data.js';
import { verbatim } from '../domain/verbatim.js';

/** `leader-transfer, go, outage: 31 s → 74 s since run X, broker 1.2 → 1.3`. */
function sentence(change: Change): string {
  const broker = brokerText(change, 'as before');
  const parts = [
    verbatim(changeText(change)),
    ` since run \`${change.since}\``,
    broker === null ? '' : `, ${verbatim(broker)}`,
  ];
  return `**${isWorse(change) ? 'Worse' : 'Better'}:** ${parts.join('')}.`;
}

/** What has changed against the runs before, in Markdown of one line each; empty where nothing has, and in reports of older versions. */
export const changeLines = ({ changes = [] }: Pick<RunData, 'changes'>): string[] => changes.map(sentence);
