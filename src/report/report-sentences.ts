import type { ClientOutcome } from '../domain/client-result.js';
import type { FaultRecord } from '../domain/fault-record.js';
import type { InSeries } from '../domain/plan.js';
import type { RunData, ScenarioResult } from '../domain/report-data.js';
import { shellQuoted } from '../domain/shell.js';
import { asCode, verbatim } from '../domain/verbatim.js';
import { dash, localTime, number, seconds } from './format.js';

/** Sentences of the reports, in Markdown of one line each: `code`, **bold** and words of others (src/domain/verbatim.ts), and nothing else. */

export const SYMBOL = { PASS: '✓', FAIL: '✗', INVALID: '!', KNOWN: '≈', REFUSED: '–', CANCELLED: '–' } as const;

const ATTRIBUTION = {
  broker: 'the broker, because every SDK failed',
  'some-sdks': 'those SDKs, or the way they use the protocol, because only some SDKs failed',
  equipment: "the test's own equipment",
} as const;

/** Which run this is, and with what it was made. */
export function factLines({ plan, ...data }: RunData): string[] {
  const at = (iso: string): string => localTime(iso, plan.timeZone);
  return [
    `Run \`${data.runId}\` (${plan.kind}) on cluster \`${plan.cluster}\`, driver \`${plan.driver}\`, ${plan.nodeCount} brokers.`,
    `${at(data.startedAt)} to ${at(data.finishedAt)}. Pass rate ${data.passRatePercent} %.`,
    `Config \`sha256:${plan.configSha256.slice(0, 12)}\`. ${versionsOf({ plan, ...data })
      .map(([name, version]) => verbatim(`${name} ${version}`))
      .join(', ')}.`,
  ];
}

/** Versions of everything that took part: program, broker, kernel, and each SDK's library. */
export function versionsOf(data: RunData): (readonly [string, string])[] {
  const libraries = data.control.flatMap(({ sdk, result }) =>
    result?.library ? [[`${sdk}:`, result.library] as const] : [],
  );
  return [...Object.entries(data.versions), ...libraries];
}

function howItEnded({ recoverError, healed }: FaultRecord): string {
  if (recoverError === null) return 'Recovered and proved';
  return healed.length > 0 ? 'Recovered too late,' : 'Recovery given up without proof,';
}

function whatWasDone({ fault, target, params, faults }: ScenarioResult['scenario']): string {
  if (faults !== undefined)
    return `Timeline of ${faults.length} fault${faults.length === 1 ? '' : 's'}: ${asCode(fault)}`;
  const given = Object.entries(params).map(([key, value]) => verbatim(`${key}=${String(value)}`));
  return `Fault \`${fault}\` on ${asCode(target)} (${given.join(', ') || 'no parameters'})`;
}

/** What was done to the cluster, and how that went. */
export function faultLines(
  { plan }: RunData,
  { scenario, fault, verdict, healWaitSeconds, deadNodes, clusterEnded, equipmentDied = [] }: ScenarioResult,
): string[] {
  const at = (iso: string | null): string => (iso === null || iso === '' ? dash : localTime(iso, plan.timeZone));
  const held =
    fault.injectedUs !== null && fault.recoveredUs !== null ? (fault.recoveredUs - fault.injectedUs) / 1000 : null;
  return [
    `${whatWasDone(scenario)}, by ${fault.injector ?? dash}, victim ${verbatim(fault.victim ?? dash)}.`,
    ...(fault.reason === null ? [] : [`Reason: ${verbatim(fault.reason)}.`]),
    `Injected at ${at(fault.injectedAt)}. ${howItEnded(fault)} at ${at(fault.recoveredAt)}, ${seconds(held)} after the injection. Heal wait: ${number(healWaitSeconds, 2)} s.`,
    ...(fault.injectError === null
      ? []
      : [
          `**Inject error:** ${verbatim(fault.injectError)}. Cleanup: ${verbatim(fault.cleanup ?? 'nothing had been changed')}.`,
        ]),
    ...(fault.injectError === null && !fault.observed ? ['**The fault was not seen to take effect.**'] : []),
    ...(fault.cutShort ? ['**The fault ended too early.**'] : []),
    ...(fault.recoverError === null ? [] : [`**Recover error (stuck):** ${verbatim(fault.recoverError)}.`]),
    ...(clusterEnded == null
      ? []
      : [
          `**The cluster was stopped before the scenario ended:** ${verbatim(clusterEnded)}. This scenario says nothing about the broker.`,
        ]),
    ...(equipmentDied.length === 0
      ? []
      : [
          `**Test equipment failed:** ${equipmentDied.map(verbatim).join(', ')}. No failure of this scenario is blamed on the broker.`,
        ]),
    ...(deadNodes.length === 0
      ? []
      : [`**Brokers that died, but were not killed by the fault:** ${deadNodes.map(verbatim).join(', ')}.`]),
    ...(verdict.attribution === 'none' ? [] : [`Attribution: ${ATTRIBUTION[verdict.attribution]}.`]),
  ];
}

/** p99 of every SDK after the fault against the control run. */
export function comparedLine(data: RunData, { validation }: ScenarioResult): string {
  const baseline = (sdk: string): ClientOutcome | undefined => data.control.find((outcome) => outcome.sdk === sdk);
  const compared = validation.map(({ sdk, result }) => {
    const [before, after] = [baseline(sdk)?.result?.p99_ms, result?.p99_ms];
    const ratio =
      typeof before === 'number' && typeof after === 'number' && before > 0 ? `${(after / before).toFixed(1)} ×` : dash;
    return `${sdk} ${number(before)} → ${number(after)} ms (${ratio})`;
  });
  return `p99 against the control run: ${compared.join(', ')}.`;
}

/** Who had the processors: a broker that got none of them is slow by no fault of its own. */
export function processorsLines(outcomes: readonly ClientOutcome[]): string[] {
  const longest = outcomes
    .filter(({ hostCpu }) => hostCpu != null)
    .sort((a, b) => b.durationSeconds - a.durationSeconds);
  const cpu = longest[0]?.hostCpu;
  if (cpu == null) return [];
  const { busyPercent, clusterPercent, clientsPercent } = cpu;
  const rest = Math.max(0, busyPercent - clusterPercent - clientsPercent);
  return [
    `CPU of this host during this phase: ${busyPercent} % busy (cluster ${clusterPercent} %, clients ${clientsPercent} %, everything else ${rest} %).`,
  ];
}

/** The same broker against itself: what such a series says beyond its figures is noise. */
const seriesAgain = ({ binary, scenarios = [] }: InSeries, options: readonly string[]): string => {
  const program = `--binary ${shellQuoted(binary)}`;
  return ['npm run versions --', program, program, ...scenarios.map((name) => `--scenario ${name}`), ...options].join(
    ' ',
  );
};

/** How to do the same again: the same commit, the same config (its hash is above), the same SDKs. */
export function commandsAgain({ plan, versions }: RunData): string[] {
  const commit = /\(([0-9a-f]{7,40})(-dirty)?\)/.exec(versions['robustmq-chaos-test'] ?? '');
  const sdk = plan.sdksLeftOut.length === 0 ? [] : [`--sdk ${plan.sdks.join(',')}`];
  const config = plan.configPath.endsWith('/config/default.yml') ? [] : [`--config ${shellQuoted(plan.configPath)}`];
  const name = plan.kind === 'single' ? [plan.scenarios[0]?.name ?? ''] : [];
  const options = [...name, ...config, ...sdk];
  const run = ['npm run', plan.kind === 'single' ? 'scenario' : 'round', ...(options.length > 0 ? ['--'] : [])];
  const again =
    plan.inSeries === undefined ? [...run, ...options].join(' ') : seriesAgain(plan.inSeries, [...config, ...sdk]);
  return [...(commit?.[1] === undefined ? [] : [`git checkout ${commit[1]}`]), again];
}
