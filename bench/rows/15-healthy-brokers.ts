import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GUARANTEE_NAMES, type GuaranteeState } from '../../src/domain/guarantees/guarantee.js';
import type { ClusterDriver } from '../../src/host/drivers/contract.js';
import { mosquittoDriver } from '../../src/host/drivers/mosquitto/index.js';
import { natsDriver } from '../../src/host/drivers/nats/index.js';
import { findingOf, type Found } from '../../testing/healthy/findings.js';
import type { Harm } from '../../testing/healthy/harm.js';
import { play, type Judged } from '../../testing/healthy/play.js';
import { turnsOf, unmet, type Playable } from '../../testing/healthy/turns.js';
import { startTestCluster } from '../../testing/nats-cluster.js';
import { versionsOf } from '../../testing/sdk-client.js';
import { scriptFor } from '../../testing/workload-run.js';
import { table, type Context, type Row } from '../row.js';

const REPEATS_IN_FULL = 5;
/** On two cores more of them take each other for a slow broker. */
const MOST_CLIENTS = 8;
const SHOWN = 30;
const WORKLOADS = ['qos-mix', 'sessions', 'retained', 'wills', 'failover', 'shared'];
const STATES: readonly GuaranteeState[] = ['held', 'violated', 'undecided', 'not offered'];

interface Broker {
  readonly driver: ClusterDriver;
  readonly nodeCount: number;
  readonly faults: readonly Harm[];
}

const brokers: readonly Broker[] = [
  { driver: natsDriver, nodeCount: 3, faults: ['SIGKILL', 'SIGTERM', 'SIGSTOP', 'step-down'] },
  { driver: mosquittoDriver, nodeCount: 1, faults: ['SIGKILL', 'SIGTERM', 'SIGSTOP', 'cut'] },
];

/** What was played on one broker, and what the checkers said. */
interface Played {
  readonly broker: string;
  readonly runs: number;
  /** What no run had. */
  readonly unmet: readonly string[];
  readonly judged: readonly (Judged & { readonly fault: Harm })[];
}

function playableOn({ mqttVersion }: ClusterDriver, { sdks, clients }: Context): Playable[] {
  return WORKLOADS.map((workload) => ({
    workload,
    sdks: sdks.filter((sdk) => versionsOf(sdk).includes(mqttVersion) && existsSync(scriptFor(sdk, workload, clients))),
  })).filter((one) => one.sdks.length > 0);
}

async function playAll({ driver, nodeCount, faults }: Broker, context: Context): Promise<Played> {
  const folder = join(context.folder, driver.name);
  const workloads = playableOn(driver, context);
  const turns = turnsOf(faults, context.repeats ?? REPEATS_IN_FULL, workloads, MOST_CLIENTS);
  const cluster = await startTestCluster(folder, { driver, nodeCount });
  const stage = { folder, dir: join(folder, 'cluster'), driver, settings: cluster.settings, clients: context.clients };
  const judged: (Judged & { readonly fault: Harm })[] = [];
  try {
    for (const turn of turns) {
      const what = turn.played.map(({ workload, sdks }) => `${workload} of ${sdks.join(', ')}`).join('; ');
      context.say(`${driver.name}, ${turn.fault}, ${turn.repeat}: ${what}`);
      judged.push(...(await play(stage, turn)).map((one) => ({ ...one, fault: turn.fault })));
    }
  } finally {
    await cluster.stop();
  }
  return { broker: driver.name, runs: turns.length, unmet: unmet(turns, workloads), judged };
}

const violationsOf = ({ broker, judged }: Played): Found[] =>
  judged.flatMap(({ judgement, ...where }) => judgement.violations.map(({ text }) => ({ broker, ...where, text })));

/** How often each checker said what: one for each client, workload and run. */
function countsTable(all: readonly Played[]): string {
  const count = (played: Played, name: string, state: GuaranteeState): number =>
    played.judged.filter(({ guarantee, judgement }) => guarantee === name && judgement.state === state).length;
  const cell = (played: Played, name: string): string => STATES.map((state) => count(played, name, state)).join(' / ');
  return table(
    ['guarantee', ...all.map(({ broker }) => `${broker}: ${STATES.join(' / ')}`)],
    GUARANTEE_NAMES.map((name) => [name, ...all.map((played) => cell(played, name))]),
  );
}

const placeOf = ({ broker, fault, workload, sdk, guarantee }: Found): string =>
  `${broker}, ${fault}, ${workload}, ${sdk}: ${guarantee}`;

/** The first violations that are nobody's finding, and how often each finding was seen again. */
function linesOf(violations: readonly Found[], isFalse: (found: Found) => boolean): string[] {
  const wrong = violations.filter(isFalse);
  const seen = new Map<string, number>();
  for (const one of violations.filter((found) => !isFalse(found))) {
    const where = `${placeOf(one)}: ${findingOf(one) ?? ''}`;
    seen.set(where, (seen.get(where) ?? 0) + 1);
  }
  return [
    ...wrong.slice(0, SHOWN).map((one) => `FALSE, or a finding: ${placeOf(one)}: ${one.text}`),
    ...[...seen].map(([where, count]) => `finding, ${count} ×: ${where}`),
  ];
}

/** Brokers of others die, stop, step down and lose their clients' connections; what they promise they keep, so a violation is a finding, or this program's mistake. */
export const healthyBrokers: Row = {
  id: 15,
  figure:
    'false violations on healthy brokers (`nats`, mosquitto), 20 runs with a fault each: kill, SIGTERM, SIGSTOP, and step-down or connection cut, every workload, all SDKs that have it at once',
  target: '0, or a finding that was shown without this program',
  run: async (context) => {
    const all: Played[] = [];
    for (const broker of brokers) all.push(await playAll(broker, context));
    const violations = all.flatMap(violationsOf);
    const isFalse = (found: Found): boolean => findingOf(found) === undefined;
    const wrong = violations.filter(isFalse);
    const judged = all.flatMap((played) => played.judged);
    const undecided = judged.filter(({ judgement }) => judgement.state === 'undecided').length;
    // In short, a fault does not meet every workload.
    const left = context.repeats === undefined ? all.flatMap((played) => played.unmet) : [];
    const runs = all.map(({ broker, runs: count }) => `${broker} ${count}`).join(', ');
    return {
      reached: wrong.length === 0 && left.length === 0 && all.every((played) => played.judged.length > 0),
      value: `${wrong.length} false, ${violations.length - wrong.length} of known findings, ${undecided} of ${judged.length} answers undecided (runs: ${runs})`,
      detail: [
        countsTable(all),
        'One answer for each guarantee, client and run, where there was anything to judge.',
        ...linesOf(violations, isFalse),
        ...left.map((pair) => `never played: ${pair}`),
      ],
      data: all.map(({ judged: answers, ...played }) => ({
        ...played,
        answers: answers.map(
          ({ judgement: { state, checked, undecided: open, why, violations: found }, ...where }) => ({
            ...where,
            ...{ state, checked, undecided: open, why, violations: found.map(({ text }) => text).slice(0, SHOWN) },
          }),
        ),
      })),
    };
  },
};
