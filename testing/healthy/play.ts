import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { NO_FAULT } from '../../src/domain/fault-record.js';
import { faultCircumstances } from '../../src/domain/guarantee-results.js';
import { NO_LIMITS, type Circumstances, type GuaranteeName } from '../../src/domain/guarantees/guarantee.js';
import type { Judgement } from '../../src/domain/guarantees/guarantee.js';
import { guarantees } from '../../src/domain/guarantees/index.js';
import { readHistory } from '../../src/host/clients/history-file.js';
import type { ClientSettings, ClusterDriver } from '../../src/host/drivers/contract.js';
import { phasePaths } from '../../src/host/layout/phase-paths.js';
import { monotonicUs, sleepMs } from '../../src/host/os/clock.js';
import { startClient } from '../sdk-client.js';
import { scriptFor } from '../workload-run.js';
import { harm, healthy } from './harm.js';
import type { Harm } from './harm.js';
import type { Turn } from './turns.js';

const [COUNT, RATE, FAULT_AFTER_MS, HOLD_MS] = [360, 30, 3000, 5000] as const;

/** A cluster that is played on. */
export interface Stage {
  /** Everything goes here. */
  readonly folder: string;
  /** The cluster's own state. */
  readonly dir: string;
  readonly driver: ClusterDriver;
  readonly settings: ClientSettings;
  /** Another folder of clients than the project's own. */
  readonly clients: string | undefined;
}

/** What one checker says of one client. */
export interface Judged {
  readonly sdk: string;
  readonly workload: string;
  readonly guarantee: GuaranteeName;
  readonly judgement: Judgement;
}

/** All clients of a turn at once, spread over the nodes as in a round, one fault in their middle, and what the checkers say of their ledgers. */
export async function play(stage: Stage, { fault, repeat, played }: Turn<Harm>): Promise<Judged[]> {
  const { dir, driver } = stage;
  const turn = join(stage.folder, `${fault}-${repeat}`);
  const nodes = await driver.nodes(dir);
  const victim = nodes[repeat % nodes.length]?.id ?? '';
  // Whoever steps down or dies has to lead something.
  await driver.placeLeader(dir, victim);
  const start = join(turn, 'start');
  const started = played
    .flatMap(({ workload, sdks }) => sdks.map((sdk) => ({ workload, sdk })))
    .map(({ workload, sdk }, i) => ({ workload, sdk, ...begin(stage, { workload, sdk, turn, start, place: i }) }));
  const ended = Promise.all(started.map(({ client }) => client.ended));
  await Promise.all(started.map(({ client }) => client.ready));
  writeFileSync(start, '');
  await sleepMs(FAULT_AFTER_MS);
  const injectedUs = monotonicUs();
  await harm(stage, fault, victim, HOLD_MS);
  await healthy(stage);
  const record = { ...NO_FAULT, injectedUs, recoveredUs: monotonicUs(), victim: fault === 'cut' ? 'clients' : victim };
  await ended;
  const endpoints = Object.fromEntries(nodes.map(({ clientEndpoint, id }) => [clientEndpoint, id]));
  const circumstances: Circumstances = {
    fault: faultCircumstances(fault, record, [{ sinceUs: 0, endpoints }]),
    broker: driver.limits?.({ nodes: nodes.length }) ?? NO_LIMITS,
  };
  const judged: Judged[] = [];
  for (const { workload, sdk, phaseDir } of started)
    judged.push(...(await judge(phaseDir, sdk, circumstances)).map((one) => ({ sdk, workload, ...one })));
  return judged;
}

interface Client {
  readonly workload: string;
  readonly sdk: string;
  readonly turn: string;
  readonly start: string;
  readonly place: number;
}

function begin({ driver, settings, clients }: Stage, { workload, sdk, turn, start, place }: Client) {
  const { endpoints, username, password, ackWaitMs } = settings;
  const at = place % endpoints.length;
  const own = [...endpoints.slice(at), ...endpoints.slice(0, at)];
  const phaseDir = join(turn, workload);
  const { dir, ledger } = phasePaths(phaseDir).client(sdk);
  mkdirSync(dir, { recursive: true });
  const client = startClient(scriptFor(sdk, workload, clients), dir, {
    ...{ CLUSTER_ENDPOINT: own[0] ?? '', CLUSTER_ENDPOINTS: own.join(), MQTT_VERSION: driver.mqttVersion },
    ...{ MQTT_USERNAME: username, MQTT_PASSWORD: password, ACK_WAIT_MS: String(ackWaitMs), LEDGER_PATH: ledger },
    ...{ MESSAGE_COUNT: String(COUNT), MESSAGE_RATE: String(RATE), START_FILE: start },
  });
  return { client, phaseDir };
}

/** One that was shown nothing that it applies to says nothing, as in a report. */
async function judge(phaseDir: string, sdk: string, circumstances: Circumstances) {
  const { ledger, packedLedger } = phasePaths(phaseDir).client(sdk);
  writeFileSync(packedLedger, gzipSync(readFileSync(ledger)));
  const history = await readHistory(phaseDir, sdk);
  if (history === undefined) throw new Error(`${ledger}: expected a ledger, found none`);
  return guarantees
    .map(({ name, judge: judged }) => ({ guarantee: name, judgement: judged(history, circumstances) }))
    .filter(({ judgement: { state, checked } }) => state !== 'undecided' || checked > 0);
}
