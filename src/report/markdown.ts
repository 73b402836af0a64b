import type { ClientOutcome } from '../domain/client-result.js';
import type { Evidence, RunData, ScenarioResult, SnapshotSummary } from '../domain/report-data.js';
import { dash, localTime, mark, number, seconds, table } from './format.js';
import { caveats, summaryOf } from './summary.js';

const SYMBOL = { PASS: '✅', FAIL: '❌', INVALID: '⚠️', REFUSED: '⛔', CANCELLED: '⏹️' } as const;

/** `report.md`: the run as a person reads it, made from `report.json`'s data alone. */
export function markdownReport(data: RunData): string {
  const sections = [
    `# ${SYMBOL[data.headline]} ${summaryOf(data)}`,
    caveats(data)
      .map((text) => `> ⚠️ ${text}`)
      .join('\n>\n'),
    facts(data),
    overview(data),
    control(data),
    ...data.scenarios.map((scenario) => scenarioSection(data, scenario)),
    endSection(data),
    notesSection(data),
    filesSection(data),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function facts({ plan, ...data }: RunData): string {
  const at = (iso: string): string => localTime(iso, plan.timeZone);
  const libraries = data.control.flatMap(({ sdk, result }) => (result?.library ? [`${sdk}: ${result.library}`] : []));
  const versions = [...Object.entries(data.versions).map(([name, version]) => `${name} ${version}`), ...libraries];
  return [
    `Run \`${data.runId}\` (${plan.kind}) on cluster \`${plan.cluster}\`, driver \`${plan.driver}\`, ${plan.nodeCount} brokers.`,
    `${at(data.startedAt)} to ${at(data.finishedAt)}. Pass rate ${data.passRatePercent} %.`,
    `Config \`sha256:${plan.configSha256.slice(0, 12)}\`. ${versions.join(', ')}.`,
  ].join('\\\n');
}

/** Scenarios × SDKs, failed first. */
function overview(data: RunData): string {
  const sorted = [...data.scenarios].sort((a, b) => Number(a.verdict.passed) - Number(b.verdict.passed));
  const head = ['scenario', 'core', 'status', ...data.plan.sdks];
  const rows = sorted.map((result) => [
    `${mark(result.verdict.passed)} ${result.scenario.name}`,
    result.scenario.core ? 'yes' : 'no',
    result.verdict.status,
    ...data.plan.sdks.map((sdk) => overviewCell(result, sdk)),
  ]);
  const missing = data.plan.scenarios
    .filter((scenario) => !data.scenarios.some((result) => result.scenario.name === scenario.name))
    .map((scenario) => [
      `${mark(false)} ${scenario.name}`,
      scenario.core ? 'yes' : 'no',
      'not run',
      ...data.plan.sdks.map(() => dash),
    ]);
  const healWait = `${data.plan.timing.healWaitMs / 1000} s`;
  return `## Validation, ${healWait} after the recovery\n\n${table(head, [...rows, ...missing])}`;
}

function overviewCell(result: ScenarioResult, sdk: string): string {
  const verdict = result.sdkVerdicts.find((v) => v.sdk === sdk);
  const outcome = result.validation.find((o) => o.sdk === sdk);
  if (verdict === undefined) return dash;
  if (outcome?.result == null) return `${mark(false)} ${verdict.status}`;
  return `${mark(verdict.passed)} lost ${outcome.result.lost}, p99 ${number(outcome.result.p99_ms)} ms`;
}

function control(data: RunData): string {
  if (data.control.length === 0) return '';
  return `## Control run: the same clients, nothing broken\n\n${clientTable(data.control, data.controlVerdicts)}`;
}

function clientTable(outcomes: readonly ClientOutcome[], verdicts: readonly { readonly status: string }[]): string {
  const head = ['SDK', 'status', 'sent', 'received', 'lost', 'unconfirmed', 'naive lost', 'duplicates'];
  const more = ['p50', 'p90', 'p99', 'p99.9', 'max ms', 'lateness p99', 'seconds', 'errors'];
  const rows = outcomes.map((outcome, i) => {
    const r = outcome.result;
    const counts = [r?.sent, r?.received, r?.lost, r?.unconfirmed, r?.naive_lost, r?.duplicates].map((n) =>
      number(n, 0),
    );
    const times = [r?.p50_ms, r?.p90_ms, r?.p99_ms, r?.p999_ms, r?.max_ms, r?.lateness_p99_ms].map((n) => number(n));
    const errors = outcome.lineProblem ?? (r?.errors.join('; ') || dash);
    const attempts = outcome.attempt > 1 ? ` (attempt ${outcome.attempt})` : '';
    const status = `${verdicts[i]?.status ?? dash}${attempts}`;
    return [outcome.sdk, status, ...counts, ...times, number(outcome.durationSeconds), errors];
  });
  return table([...head, ...more], rows);
}

function scenarioSection(data: RunData, result: ScenarioResult): string {
  const { scenario, verdict } = result;
  const parts = [
    `## ${mark(verdict.passed)} ${scenario.name}: ${verdict.status}`,
    faultText(data, result),
    evidenceTable('Proof that it bit', result.fault.bite),
    leaderTable(result),
    evidenceTable('Proof that it is over', result.fault.healed),
    faultPeriodTable(result),
    validationTable(data, result),
    checksTable(result),
    snapshotsText(result.snapshots),
    result.notes.map((note) => `- ${note}`).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function faultText(
  { plan }: RunData,
  { scenario, fault, verdict, healWaitSeconds, deadNodes }: ScenarioResult,
): string {
  const at = (iso: string | null): string => (iso === null || iso === '' ? dash : localTime(iso, plan.timeZone));
  const held =
    fault.injectedUs !== null && fault.recoveredUs !== null ? (fault.recoveredUs - fault.injectedUs) / 1000 : null;
  const params = Object.entries(scenario.params).map(([key, value]) => `${key}=${String(value)}`);
  const lines = [
    `Fault \`${scenario.fault}\` on \`${scenario.target}\` (${params.join(', ') || 'no parameters'}), by ${fault.injector ?? dash}, victim ${fault.victim ?? dash}.`,
    ...(fault.reason === null ? [] : [`Why: ${fault.reason}.`]),
    `Injected ${at(fault.injectedAt)}, recovered and proved ${at(fault.recoveredAt)}, ${seconds(held)} later; heal wait ${number(healWaitSeconds, 2)} s.`,
    ...(fault.injectError === null
      ? []
      : [`**Inject error:** ${fault.injectError}. Cleanup: ${fault.cleanup ?? 'nothing had been done'}.`]),
    ...(fault.injectError === null && !fault.observed ? ['**The fault was not seen to bite.**'] : []),
    ...(fault.cutShort ? ['**The fault ended before its time.**'] : []),
    ...(fault.recoverError === null ? [] : [`**Recover error (stuck):** ${fault.recoverError}.`]),
    ...(deadNodes.length === 0 ? [] : [`**Died without being killed by the fault:** ${deadNodes.join(', ')}.`]),
    ...(verdict.attribution === 'none' ? [] : [`Attribution: ${ATTRIBUTION[verdict.attribution]}.`]),
  ];
  return lines.join('\\\n');
}

const ATTRIBUTION = {
  broker: 'every SDK failed, so the broker',
  'some-sdks': 'only some SDKs failed, so the protocol as they use it, or those SDKs',
  equipment: "the test's own equipment",
} as const;

function evidenceTable(title: string, rows: readonly Evidence[]): string {
  if (rows.length === 0) return '';
  return `**${title}**\n\n${table(
    ['', 'what', 'expected', 'observed'],
    rows.map((row) => [mark(row.ok), row.what, row.expected, row.observed]),
  )}`;
}

function leaderTable({ fault }: ScenarioResult): string {
  if (fault.leaders.length === 0) return '';
  const rows = fault.leaders.map((change) => [
    change.group,
    change.from,
    change.to ?? 'nobody else',
    number(change.seconds, 2),
    `${number(change.termFrom, 0)} → ${number(change.termTo, 0)}`,
  ]);
  return `**Leaders**\n\n${table(['group', 'old', 'new', 'seconds after the kill', 'term'], rows)}`;
}

function faultPeriodTable({ faultPeriod }: ScenarioResult): string {
  if (faultPeriod.length === 0) return '';
  const head = ['SDK', 'planned', 'acknowledged', 'received', 'no acknowledgement for', 'no receipt for'];
  const more = ['acknowledged, then lost', 'unconfirmed', 'duplicates', 'p50 ms', 'p99 ms', 'max ms', 'disconnects'];
  const rows = faultPeriod.map((f) => [
    f.sdk,
    ...[f.planned, f.acked, f.received].map((n) => number(n, 0)),
    seconds(f.longestNoAckMs),
    seconds(f.longestNoReceiptMs),
    f.ackedLost === 0 ? '0' : `**${f.ackedLost}** (seq ${f.ackedLostSeqs.join(', ')})`,
    ...[f.unconfirmed, f.duplicates].map((n) => number(n, 0)),
    ...[f.p50Ms, f.p99Ms, f.maxMs].map((n) => number(n)),
    number(f.disconnects, 0),
  ]);
  return `**During the fault** (recorded, not judged; live sessions between inject and recover)\n\n${table([...head, ...more], rows)}`;
}

function validationTable(data: RunData, { validation, sdkVerdicts }: ScenarioResult): string {
  if (validation.length === 0) return '';
  const baseline = (sdk: string): ClientOutcome | undefined => data.control.find((outcome) => outcome.sdk === sdk);
  const compared = validation.map(({ sdk, result }) => {
    const [before, after] = [baseline(sdk)?.result?.p99_ms, result?.p99_ms];
    const ratio =
      typeof before === 'number' && typeof after === 'number' && before > 0 ? `${(after / before).toFixed(1)} ×` : dash;
    return `${sdk} ${number(before)} → ${number(after)} ms (${ratio})`;
  });
  return `**Validation**\n\n${clientTable(validation, sdkVerdicts)}\n\np99 against the control run: ${compared.join(', ')}.`;
}

function checksTable({ sdkVerdicts }: ScenarioResult): string {
  const rows = sdkVerdicts.flatMap((v) =>
    v.checks.filter((c) => !c.ok).map((c) => [v.sdk, c.check, c.expected, c.observed]),
  );
  return rows.length === 0 ? '' : `**Failed checks**\n\n${table(['SDK', 'check', 'expected', 'observed'], rows)}`;
}

/** What changed from the first snapshot to the later ones, and what the brokers said that they must never say. */
function snapshotsText(snapshots: readonly SnapshotSummary[]): string {
  if (snapshots.length === 0) return '';
  const warnings = snapshots.flatMap((s) => s.warnings.map((warning) => `- ${s.label}: ${warning}`));
  const never = snapshots.flatMap((s) => s.neverLines.map((line) => `- ${s.label}: \`${line}\``));
  const lines = snapshots.slice(1).reduce((sum, s) => sum + s.newLogLines, 0);
  return [
    never.length > 0 ? `**Lines that must never appear**\n\n${never.join('\n')}` : '',
    warnings.length > 0 ? `Missing in snapshots:\n\n${warnings.join('\n')}` : '',
    `<details><summary>Metrics that changed; ${lines} new log lines</summary>\n\n${figuresTable(snapshots)}\n\n</details>`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** One row per figure, one column per snapshot; figures that never changed are left out. */
function figuresTable(snapshots: readonly SnapshotSummary[]): string {
  const keys = [...new Set(snapshots.flatMap((s) => Object.keys(s.figures)))];
  const rows = keys
    .map((key) => [key, ...snapshots.map((s) => String(s.figures[key] ?? dash))])
    .filter(([, first, ...later]) => later.some((value) => value !== first));
  // Labels are `<scenario>-<n>-<moment>`: the moment says enough here.
  return table(['figure', ...snapshots.map((s) => s.label.split('-').at(-1) ?? s.label)], rows);
}

/** The cluster at the end of the run, where it says something that the scenarios did not. */
function endSection({ endSnapshot }: RunData): string {
  if (endSnapshot === null || endSnapshot.neverLines.length + endSnapshot.warnings.length === 0) return '';
  return `## At the end\n\n${snapshotsText([endSnapshot])}`;
}

function notesSection(data: RunData): string {
  return data.notes.length === 0 ? '' : `## Notes\n\n${data.notes.map((note) => `- ${note}`).join('\n')}`;
}

function filesSection({ plan, runId }: RunData): string {
  const again = plan.kind === 'single' ? `npm run scenario -- ${plan.scenarios[0]?.name ?? ''}` : 'npm run round';
  return [
    '## Raw files',
    '',
    'Beside this file: `report.json` (everything above), `scenarios/<name>/{fault,validation}/<sdk>/` and `control/<sdk>/` with `result.json`,',
    '`ledger.ndjson.gz` (every message: intended, sent, acknowledged, received), `stdout.log` and `stderr.log`; `faults/` (tickets), `snapshots/`',
    '(metrics and new log lines), `cluster/` (configs and logs of every broker).',
    '',
    `Show it again: \`robustmq-chaos show ${runId}\`. Run it again: \`${again}\`.`,
  ].join('\n');
}
