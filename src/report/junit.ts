import { findingsOf } from '../domain/findings.js';
import { sortFinding, type SortedFinding } from '../domain/known.js';
import { clientsOf } from '../domain/scenario.js';
import type { RunData } from '../domain/report-data.js';
import { element, xmlFile } from './xml.js';

/** How a case came out: `skipped` is a known failure, `error` one of the test's own equipment. */
interface Outcome {
  readonly kind: 'passed' | 'failure' | 'error' | 'skipped';
  readonly text: string;
}

interface Case extends Outcome {
  readonly classname: string;
  readonly name: string;
  readonly seconds: number;
}

const PASSED: Outcome = { kind: 'passed', text: '' };
const error = (text: string): Outcome => ({ kind: 'error', text });

function outcomeOf({ ids, ofEquipment, text }: SortedFinding): Outcome {
  if (ids.length > 0) return { kind: 'skipped', text: `known: ${ids.join(', ')}; ${text}` };
  return { kind: ofEquipment ? 'error' : 'failure', text };
}

/** Everything that failed: by the run's list of known failures, where it has one. */
const failuresOf = (data: RunData): readonly SortedFinding[] =>
  (data.known?.findings ?? findingsOf(data).map((finding) => sortFinding(finding, []))).filter(({ fails }) => fails);

const isOfClient = ({ scenario, sdk, where }: SortedFinding): boolean =>
  scenario !== null && sdk !== null && where === 'validation';

/** Each client in each scenario that was planned. */
function clientCases(data: RunData, failures: readonly SortedFinding[]): Case[] {
  return data.plan.scenarios.flatMap(({ name }) => {
    const result = data.scenarios.find(({ scenario }) => scenario.name === name);
    return clientsOf(data.plan, name).sdks.map((sdk): Case => {
      const found = failures.find((one) => isOfClient(one) && one.scenario === name && one.sdk === sdk);
      const verdict = result?.sdkVerdicts.find((one) => one.sdk === sdk);
      const seconds = result?.validation.find((one) => one.sdk === sdk)?.durationSeconds ?? 0;
      const missing = error(result === undefined ? 'the scenario was not run' : `no verdict: ${result.verdict.status}`);
      const said = found === undefined ? PASSED : outcomeOf(found);
      // Where the test's equipment stood in the way of the whole scenario, its clients have failed, and at nothing that says anything.
      const isMute = verdict !== undefined && !verdict.passed && found === undefined;
      const outcome = isMute ? error(`${verdict.status}: ${result?.verdict.status ?? ''}`) : said;
      return { classname: name, name: sdk, seconds, ...(verdict === undefined ? missing : outcome) };
    });
  });
}

/** What failed beside the clients of a validation: the scenario itself, losses that count, the control run, the cluster. */
const otherCases = (failures: readonly SortedFinding[]): Case[] =>
  failures
    .filter((finding) => !isOfClient(finding))
    .map((finding) => ({
      classname: finding.scenario ?? (finding.where === 'control' ? 'control run' : 'run'),
      name: [finding.sdk ?? finding.status, ...(finding.where === 'fault' ? ['fault period'] : [])].join(', '),
      seconds: 0,
      ...outcomeOf(finding),
    }));

/** Scenarios that have not passed and of which nothing is said otherwise, e.g. cancelled ones. */
const unexplained = ({ scenarios }: RunData, failures: readonly SortedFinding[]): Case[] =>
  scenarios
    .filter(({ scenario, verdict }) => !verdict.passed && !failures.some((one) => one.scenario === scenario.name))
    .map(({ scenario, verdict }) => ({
      classname: scenario.name,
      name: verdict.status,
      seconds: 0,
      ...error(verdict.status),
    }));

function caseElement({ classname, name, seconds, kind, text }: Case): string {
  const attributes = { classname, name, time: seconds.toFixed(3) };
  if (kind === 'passed') return element('testcase', attributes);
  const inside = element(kind, kind === 'skipped' ? {} : { message: text, type: kind }, text);
  return element('testcase', attributes, [inside]);
}

/**
 * `junit.xml`: one suite for the run, a case for each scenario and SDK, and one for each other thing that failed. Failures are the broker's, errors the test
 * equipment's, and known failures are skipped. A run that has not passed has no suite in which everything passed.
 * Source: the format that Jenkins' JUnit plugin, GitLab and GitHub's test reporters read; a test checks it by the schema of Jenkins' xunit plugin. Why a
 * case was skipped is text, and no attribute: every edition of the schema allows that, and GitLab shows text alone.
 */
export function junitReport(data: RunData): string {
  const failures = failuresOf(data);
  const cases = [...clientCases(data, failures), ...otherCases(failures), ...unexplained(data, failures)];
  const isHidden = !data.runPassed && cases.every(({ kind }) => kind === 'passed');
  const all = isHidden
    ? [...cases, { classname: 'run', name: data.headline, seconds: 0, ...error(data.headline) }]
    : cases;
  const count = (kind: Outcome['kind']): number => all.filter((one) => one.kind === kind).length;
  const counts = {
    tests: all.length,
    failures: count('failure'),
    errors: count('error'),
    time: ((Date.parse(data.finishedAt) - Date.parse(data.startedAt)) / 1000).toFixed(3),
  };
  const properties = Object.entries(data.versions).map(([name, value]) => element('property', { name, value }));
  const ofSuite = { ...counts, skipped: count('skipped'), timestamp: data.startedAt.slice(0, 19) };
  const suite = element('testsuite', { name: data.runId, ...ofSuite }, [
    ...(properties.length > 0 ? [element('properties', {}, properties)] : []),
    ...all.map(caseElement),
  ]);
  return xmlFile(element('testsuites', { name: `robustmq-chaos ${data.plan.cluster}`, ...counts }, [suite]));
}
