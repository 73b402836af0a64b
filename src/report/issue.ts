import type { IssueMemory, IssueNews } from '../domain/issue.js';
import type { ReportFile, ScenarioResult } from '../domain/report-data.js';
import { asCode, verbatim } from '../domain/verbatim.js';
import { localTime, number, table } from './format.js';

/** Begins the comment in an issue's text in which this program finds its own issues again. */
const MARK = '<!-- robustmq-chaos-issue ';

export const issueTitle = ({ scenario, cluster }: IssueNews): string =>
  `[chaos] ${scenario}: clients do not see cluster ${cluster} heal`;

/** The text of a failing scenario's issue: what failed, in figures, how to see it again, and what the program has to remember. */
export function issueBody(report: ReportFile, memory: IssueMemory, url: string): string {
  const { details } = report;
  const result = details.scenarios.find(({ scenario }) => scenario.name === memory.scenario);
  const head =
    memory.passes === 0
      ? `**${memory.scenario}** fails: ${count(memory.failures)}, first ${asCode(memory.firstRun)}, last ${asCode(memory.lastRun)}.`
      : `**${memory.scenario}** passed in the last ${count(memory.passes)}, after it had failed in ${count(memory.failures)} since ${asCode(memory.firstRun)}.`;
  const sections = [
    ...newIn(report, memory.scenario),
    head,
    result === undefined ? '' : figures(result),
    `Report of \`${report.run_id}\` (${localTime(details.finishedAt, details.plan.timeZone)}): ${url}`,
    `Run it again:\n\n\`\`\`\nnpm run scenario -- ${memory.scenario}\n\`\`\``,
    `With ${Object.entries(details.versions)
      .map(([name, version]) => verbatim(`${name} ${version}`))
      .join(', ')}; config \`sha256:${details.plan.configSha256.slice(0, 12)}\`.`,
    'robustmq-chaos-test updates this text after each run, and closes the issue when the scenario has passed twice in a row.',
    `${MARK}${inComment(memory)} -->`,
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

/** What is new of a scenario, where the config has a list of known failures. */
function newIn({ details: { known } }: ReportFile, name: string): string[] {
  const own = known?.findings.filter(({ scenario, ofEquipment }) => scenario === name && !ofEquipment) ?? [];
  const isNew = own
    .filter(({ ids }) => ids.length === 0)
    .map(({ sdk, text }) => `- ${verbatim(`${sdk === null ? '' : `${sdk}: `}${text}`)}`);
  if (isNew.length === 0) return [];
  const ids = [...new Set(own.flatMap((finding) => finding.ids))];
  return [`New in the last run:\n\n${isNew.join('\n')}`, ...(ids.length > 0 ? [`Known: ${ids.join(', ')}.`] : [])];
}

const count = (runs: number): string => `${runs} run${runs === 1 ? '' : 's'}`;

function figures({ verdict, sdkVerdicts, validation, fault }: ScenarioResult): string {
  const rows = validation.map(({ sdk, result }, i) => [
    sdk,
    sdkVerdicts[i]?.status ?? 'no verdict',
    number(result?.sent),
    number(result?.received),
    number(result?.lost),
    number(result?.p99_ms),
  ]);
  const head = ['SDK', 'status', 'sent', 'received', 'lost', 'p99 ms'];
  const victim =
    fault.victim === null ? '' : ` Fault by ${fault.injector ?? 'no injector'} on ${verbatim(fault.victim)}.`;
  return `Status \`${verdict.status}\`.${victim} Validation after the fault:\n\n${table(head, rows)}`;
}

/** JSON that cannot end the comment it stands in. */
const inComment = (memory: IssueMemory): string => JSON.stringify(memory).replaceAll('>', '\\u003e');

/** What an issue's text remembers; undefined if it is no issue of this program, or a person has changed that part of it. */
export function issueMemory(body: string): IssueMemory | undefined {
  const from = body.lastIndexOf(MARK);
  const to = body.indexOf(' -->', from);
  if (from < 0 || to < 0) return undefined;
  try {
    const memory = JSON.parse(body.slice(from + MARK.length, to)) as Readonly<Record<string, unknown>>;
    const texts = ['cluster', 'scenario', 'firstRun', 'lastRun', 'lastAt'].every(
      (key) => typeof memory[key] === 'string',
    );
    const counts = ['failures', 'passes'].every((key) => Number.isInteger(memory[key]));
    return texts && counts ? (memory as unknown as IssueMemory) : undefined;
  } catch {
    return undefined;
  }
}
