import type { ReportFile, RunData } from './report-data.js';

/** How a scenario of one run bears on its issue. What the test's own equipment failed at says nothing about the broker. */
export interface IssueNews {
  readonly cluster: string;
  readonly scenario: string;
  /** `known`: it failed at nothing but what people know of. */
  readonly outcome: 'failed' | 'passed' | 'known';
  readonly runId: string;
  /** ISO 8601. */
  readonly finishedAt: string;
}

/** What an issue remembers of its scenario: a comment in its text that readers do not see. */
export interface IssueMemory {
  readonly cluster: string;
  readonly scenario: string;
  readonly firstRun: string;
  readonly lastRun: string;
  readonly lastAt: string;
  readonly failures: number;
  /** In a row, up to now. */
  readonly passes: number;
}

export interface KnownIssue {
  readonly number: number;
  readonly open: boolean;
  /** A person closed it as something that will not be fixed. */
  readonly declined: boolean;
  readonly memory: IssueMemory;
}

export type IssueStep =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'open'; readonly memory: IssueMemory }
  | { readonly kind: 'update' | 'reopen' | 'close'; readonly number: number; readonly memory: IssueMemory };

const PASSES_TO_CLOSE = 2;

/** Did anything of a scenario fail that nobody knows of? Without a list of known failures everything is new. */
const failedAnew = ({ known }: RunData, name: string): boolean =>
  known === undefined ||
  known.findings.some(
    ({ scenario, fails, ofEquipment, ids }) => scenario === name && fails && !ofEquipment && ids.length === 0,
  );

/** The scenarios of a run that say something about the broker, and whether what they failed at is new. */
export function issueNews({ run_id, headline, details }: ReportFile): IssueNews[] {
  if (headline === 'CANCELLED' || headline === 'REFUSED') return [];
  const common = { cluster: details.plan.cluster, runId: run_id, finishedAt: details.finishedAt };
  return details.scenarios.flatMap(({ scenario, verdict }): IssueNews[] => {
    const byBroker = verdict.failures.some(({ blame }) => blame === 'broker');
    if (!verdict.passed && !byBroker) return [];
    const failed = failedAnew(details, scenario.name) ? 'failed' : 'known';
    return [{ ...common, scenario: scenario.name, outcome: verdict.passed ? 'passed' : failed }];
  });
}

const isAbout = ({ memory }: KnownIssue, news: IssueNews): boolean =>
  memory.cluster === news.cluster && memory.scenario === news.scenario;

/**
 * What is to be done about a scenario's issue: opened at the first failure, brought up to date at each further one, closed after two passes in
 * a row, opened again rather than doubled. News that the issue has seen already, or that is older, changes nothing.
 */
export function nextIssueStep(known: readonly KnownIssue[], news: IssueNews): IssueStep {
  const own = known.filter((issue) => isAbout(issue, news));
  const issue = own.find(({ open }) => open) ?? own.toSorted((a, b) => b.number - a.number)[0];
  const { cluster, scenario, runId, finishedAt, outcome } = news;
  if (issue === undefined) {
    if (outcome !== 'failed') return { kind: 'nothing' };
    const first = { firstRun: runId, lastRun: runId, lastAt: finishedAt, failures: 1, passes: 0 };
    return { kind: 'open', memory: { cluster, scenario, ...first } };
  }
  const { number, memory } = issue;
  if (memory.lastRun === runId || Date.parse(finishedAt) <= Date.parse(memory.lastAt)) return { kind: 'nothing' };
  const seen = { ...memory, lastRun: runId, lastAt: finishedAt };
  if (outcome === 'failed') {
    const failed = { ...seen, failures: memory.failures + 1, passes: 0 };
    return { kind: issue.open || issue.declined ? 'update' : 'reopen', number, memory: failed };
  }
  if (!issue.open) return { kind: 'nothing' };
  // It has not passed.
  if (outcome === 'known') return { kind: 'update', number, memory: { ...seen, passes: 0 } };
  const passed = { ...seen, passes: memory.passes + 1 };
  return { kind: passed.passes >= PASSES_TO_CLOSE ? 'close' : 'update', number, memory: passed };
}
