import type { Loss } from '../domain/losses.js';
import type { RunData, ScenarioResult, SnapshotSummary } from '../domain/report-data.js';
import { asCode, verbatim, verbatimSummary } from '../domain/verbatim.js';
import { changeLines } from './changes.js';
import { crowdTable } from './crowd.js';
import { entriesTable } from './entries.js';
import { mark, table } from './format.js';
import { guaranteesTable } from './guarantees.js';
import { newsTable } from './news.js';
import { caveats, summaryOf } from './summary.js';
import {
  checksTable,
  clientTable,
  evidenceTable,
  FAULT_PERIOD_TERMS,
  faultPeriodTable,
  figuresTable,
  leaderTable,
  lossesTable,
  lostByPeriodTable,
  lostMessagesTable,
  overviewTable,
  type Table,
} from './tables.js';
import { commandsAgain, comparedLine, factLines, faultLines, processorsLines, SYMBOL } from './report-sentences.js';
import { violationParts } from './violations.js';

/** A picture beside the report. */
export interface Picture {
  readonly scenario: string;
  readonly title: string;
  /** Relative to the report. */
  readonly path: string;
}

/** Of one loss, this many messages stand in the Markdown; the page and the JSON name more. */
const NAMED_IN_MARKDOWN = 10;

/** `report.md`: the run as a person reads it, made from `report.json`'s data alone. */
export function markdownReport(data: RunData, pictures: readonly Picture[] = []): string {
  const sections = [
    `# ${SYMBOL[data.headline]} ${verbatimSummary(summaryOf(data))}`,
    caveats(data)
      .map((text) => `> **Note:** ${verbatim(text)}`)
      .join('\n>\n'),
    news(data),
    changeLines(data).join('\\\n'),
    guarantees(data),
    factLines(data).join('\\\n'),
    overview(data),
    lossesSection(data.losses),
    control(data),
    ...data.scenarios.map((scenario) => scenarioSection(data, scenario, pictures)),
    endSection(data),
    notesSection(data),
    filesSection(data),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

const bare = ({ head, rows }: Table): string => (rows.length === 0 ? '' : table(head, rows));

const titled = (of: Table, more = ''): string =>
  of.rows.length === 0 ? '' : `**${of.caption}**${more}\n\n${bare(of)}`;

function news(data: RunData): string {
  const of = newsTable(data);
  return of === null ? '' : [`## ${of.caption}`, bare(of)].filter((part) => part !== '').join('\n\n');
}

function guarantees(data: RunData): string {
  const of = guaranteesTable(data);
  return of === null ? '' : `## ${of.caption}\n\n${bare(of)}`;
}

function overview(data: RunData): string {
  const of = overviewTable(data);
  return `## ${of.caption}\n\n${bare(of)}`;
}

/** Which messages the broker acknowledged and never delivered: who lost them, when they were sent, and who had acknowledged them. */
function lossesSection(losses: readonly Loss[]): string {
  if (losses.length === 0) return '';
  const each = losses.map((loss) => {
    const of = lostMessagesTable(loss, NAMED_IN_MARKDOWN);
    return `<details><summary>${of.caption}</summary>\n\n${bare(of)}\n\n</details>`;
  });
  const of = lossesTable(losses);
  return [`## ${of.caption}`, bare(of), ...each].join('\n\n');
}

function control(data: RunData): string {
  if (data.control.length === 0) return '';
  const caption = 'Control run: the same clients, no fault';
  const rows = bare(clientTable(caption, data.control, data.controlVerdicts, 'control'));
  const checks = titled(checksTable({ sdkVerdicts: data.controlVerdicts }));
  const violations = violationParts(null, data.controlGuarantees);
  const parts = [...(checks === '' ? [] : [checks]), ...processorsLines(data.control), ...violations];
  return [`## ${caption}`, rows, ...parts].join('\n\n');
}

function scenarioSection(data: RunData, result: ScenarioResult, pictures: readonly Picture[]): string {
  const { scenario, verdict } = result;
  const parts = [
    `## ${mark(verdict.passed)} ${scenario.name}: ${verdict.status}`,
    faultLines(data, result).join('\\\n'),
    pictures
      .filter((picture) => picture.scenario === scenario.name)
      .map(({ title, path }) => `![${title}](${path})`)
      .join('\n\n'),
    titled(entriesTable(result, data.plan.timing.faultWindowMs)),
    titled(evidenceTable('Proof that the fault took effect', result.fault.bite)),
    titled(leaderTable(result)),
    titled(evidenceTable('Proof that the fault is over', result.fault.healed)),
    titled(faultPeriodTable(result), ` (${FAULT_PERIOD_TERMS})`),
    titled(lostByPeriodTable(result)),
    titled(crowdTable(result)),
    validation(data, result),
    titled(checksTable(result)),
    ...violationParts(scenario.name, result.guarantees, result.fault),
    snapshotsText(result.snapshots),
    result.notes.map((note) => `- ${verbatim(note)}`).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function validation(data: RunData, result: ScenarioResult): string {
  if (result.validation.length === 0) return '';
  const of = clientTable('Validation', result.validation, result.sdkVerdicts, `${result.scenario.name}/validation`);
  return [titled(of), [comparedLine(data, result), ...processorsLines(result.validation)].join('\\\n')].join('\n\n');
}

/** What changed from the first snapshot to the later ones, and what the brokers said that they must never say. */
function snapshotsText(snapshots: readonly SnapshotSummary[]): string {
  if (snapshots.length === 0) return '';
  const warnings = snapshots.flatMap((s) => s.warnings.map((warning) => `- ${s.label}: ${verbatim(warning)}`));
  const never = snapshots.flatMap((s) => s.neverLines.map((line) => `- ${s.label}: ${asCode(line)}`));
  const lines = snapshots.slice(1).reduce((sum, s) => sum + s.newLogLines, 0);
  const of = figuresTable(snapshots);
  return [
    never.length > 0 ? `**Lines that must never appear**\n\n${never.join('\n')}` : '',
    warnings.length > 0 ? `Missing in snapshots:\n\n${warnings.join('\n')}` : '',
    `<details><summary>${of.caption}; ${lines} new log lines</summary>\n\n${table(of.head, of.rows)}\n\n</details>`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The cluster at the end of the run, where it says something that the scenarios did not. */
function endSection({ endSnapshot }: RunData): string {
  if (endSnapshot === null || endSnapshot.neverLines.length + endSnapshot.warnings.length === 0) return '';
  return `## At the end\n\n${snapshotsText([endSnapshot])}`;
}

function notesSection(data: RunData): string {
  return data.notes.length === 0 ? '' : `## Notes\n\n${data.notes.map((note) => `- ${verbatim(note)}`).join('\n')}`;
}

function filesSection(data: RunData): string {
  return [
    '## Raw files',
    '',
    'Beside this file: `report.html` (the same, with more), `report.json` (everything above),',
    '`scenarios/<name>/{fault,validation}/<sdk>/` and `control/<sdk>/` with `result.json`,',
    '`ledger.ndjson.gz` (every message: intended, sent, acknowledged, received), `stdout.log` and `stderr.log`; `faults/` (tickets), `snapshots/`',
    '(metrics and new log lines), `cluster/` (configs and logs of every broker).',
    '',
    `Show it again: \`robustmq-chaos show ${data.runId}\`. Run it again: ${asCode(commandsAgain(data).join(' && '))}.`,
  ].join('\n');
}
