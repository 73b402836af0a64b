import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClientEnd, ClientOutcome, ClientResult } from '../../domain/client-result.js';
import { countLedger } from '../../domain/ledger.js';
import type { LoadPlan } from '../../domain/plan.js';
import { pollUntil } from '../os/clock.js';
import type { ClientSettings } from '../drivers/contract.js';
import { phasePaths } from '../layout/paths.js';
import { readJson, writeJson } from '../os/files.js';
import { childEnvironment, isAlive, signalProcess, spawnDetached, sweepOwned } from '../os/processes.js';
import { readLedger } from './ledger-file.js';
import {
  isOfPhase,
  type ClientExit,
  type ClientReady,
  type ClientSpec,
  type PhaseRunner,
  type PhaseSpec,
} from './phase.js';
import { parseResultLine } from './result-line.js';

/** A client that never says that it is ready is waited for this long. */
const READY_LIMIT_MS = 10_000;
/** A client ends itself this long before it is ended, or a quarter of its time if that is less. */
const OWN_LIMIT_MARGIN_MS = 10_000;

const runnerEntry = fileURLToPath(new URL('./runner-main.js', import.meta.url));

export interface PhaseRequest {
  readonly phaseDir: string;
  readonly clusterDir: string;
  /** `control`, `fault` or `validation`; with scenario and attempt it makes client ids and topics unique. */
  readonly phase: string;
  readonly label: string;
  readonly runId: string;
  readonly sdks: readonly string[];
  readonly sdkRoot: string;
  readonly workload: string;
  readonly load: LoadPlan;
  readonly limitMs: number;
  readonly settings: ClientSettings;
  /** A phase whose runner died is started again (validation, control), or not (fault: what it saw cannot be seen again). */
  readonly repeatable: boolean;
  /** Makes the topics of the clients, when these have subscribed and before they publish; may be called twice. Absent: they need no making. */
  readonly prepareTopics?: ((topics: readonly string[]) => Promise<void>) | undefined;
}

const ownerOf = (request: Pick<PhaseRequest, 'clusterDir' | 'label'>): string =>
  `${request.clusterDir}#clients-${request.label}`;

/** Spreads the clients: the i-th publishes at the i-th node and subscribes at the next one. */
function rotated(endpoints: readonly string[], by: number): string[] {
  const at = by % endpoints.length;
  return [...endpoints.slice(at), ...endpoints.slice(0, at)];
}

/** The client of one SDK; the `index`-th of its phase. */
interface Place {
  readonly sdk: string;
  readonly index: number;
  readonly topic: string;
}

function clientSpec(request: PhaseRequest, { sdk, index, topic }: Place, attempt: number): ClientSpec {
  const { settings, load, limitMs } = request;
  const endpoints = rotated(settings.endpoints, index);
  const unique = `${request.runId}-${request.label}-${sdk}${attempt > 1 ? `-${attempt}` : ''}`;
  const env = {
    CLUSTER_ENDPOINT: endpoints[0] as string,
    CLUSTER_ENDPOINTS: endpoints.join(','),
    MQTT_USERNAME: settings.username,
    MQTT_PASSWORD: settings.password,
    MQTT_VERSION: settings.mqttVersion,
    SUBSCRIBER_SESSION: load.subscriberSession ?? 'persistent',
    RUN_ID: request.runId,
    PHASE: request.label,
    CLIENT_ID: unique,
    TOPIC: topic,
    MESSAGE_COUNT: String(load.messages),
    MESSAGE_RATE: String(load.ratePerSecond),
    PAYLOAD_BYTES: String(load.payloadBytes),
    ACK_WAIT_MS: String(settings.ackWaitMs),
    TIME_LIMIT_MS: String(Math.ceil(limitMs - Math.min(OWN_LIMIT_MARGIN_MS, limitMs / 4))),
    LEDGER_PATH: phasePaths(request.phaseDir).client(sdk).ledger,
    ...(request.prepareTopics === undefined ? {} : { START_FILE: phasePaths(request.phaseDir).start }),
  };
  return { sdk, script: join(request.sdkRoot, sdk, `${request.workload}.sh`), env, limitMs };
}

/**
 * Starts the clients of a phase, each in a process group of its own under one watching process, and returns when all are ready and may publish. Called again after a
 * worker's death it finds the phase that runs or has run; one whose watcher died is started again only if it is repeatable.
 */
export async function startClients(
  request: PhaseRequest,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, ClientReady | null>>> {
  const { phaseDir, sdks } = request;
  const { runner, client } = phasePaths(phaseDir);
  const known = readJson<PhaseRunner>(runner);
  const ended = sdks.every((sdk) => existsSync(client(sdk).exit));
  const reusable = known !== undefined && (isAlive(known.process) || ended || !request.repeatable);
  if (!reusable) await launchPhase(request, (known?.attempt ?? 0) + 1);
  const settled = (sdk: string): boolean => existsSync(client(sdk).ready) || existsSync(client(sdk).exit);
  await pollUntil(() => Promise.resolve(sdks.every(settled) ? true : undefined), {
    limitMs: READY_LIMIT_MS,
    everyMs: 25,
    signal,
  });
  await letPublish(request);
  return Object.fromEntries(sdks.map((sdk) => [sdk, readJson<ClientReady>(client(sdk).ready) ?? null]));
}

/** Makes their topics, and lets the clients begin. Nothing where they have begun. */
async function letPublish({ phaseDir, prepareTopics }: PhaseRequest): Promise<void> {
  const files = phasePaths(phaseDir);
  if (prepareTopics === undefined || existsSync(files.start)) return;
  const spec = readJson<PhaseSpec>(files.spec);
  await prepareTopics((spec?.clients ?? []).map(({ env }) => env['TOPIC'] ?? ''));
  writeFileSync(files.start, '');
}

async function launchPhase(request: PhaseRequest, attempt: number): Promise<void> {
  const { phaseDir } = request;
  const files = phasePaths(phaseDir);
  const owner = ownerOf(request);
  await sweepOwned((found) => isOfPhase(owner, found));
  if (existsSync(phaseDir)) renameSync(phaseDir, `${phaseDir}.attempt-${attempt - 1}-${Date.now()}`);
  mkdirSync(phaseDir, { recursive: true });
  const topicOf = (sdk: string): string => `chaos/${request.runId}/${request.label}/${sdk}-${attempt}`;
  const clients = request.sdks.map((sdk, index) => clientSpec(request, { sdk, index, topic: topicOf(sdk) }, attempt));
  writeJson(files.spec, withoutPassword({ phase: request.phase, dir: phaseDir, owner, attempt, clients }));
  const process_ = await spawnDetached({
    command: process.execPath,
    args: [runnerEntry, phaseDir],
    // The password reaches the clients through the environment alone: files of a run hold no secrets.
    env: childEnvironment(owner, { MQTT_PASSWORD: request.settings.password }),
    cwd: phaseDir,
    logFile: files.runnerLog,
  });
  writeJson(files.runner, { process: process_, attempt } satisfies PhaseRunner);
}

function withoutPassword(spec: PhaseSpec): PhaseSpec {
  const clients = spec.clients.map((client) => {
    const { MQTT_PASSWORD: _secret, ...env } = client.env;
    return { ...client, env };
  });
  return { ...spec, clients };
}

/** Asks the clients to stop publishing, drain and report. Nothing if they have ended. */
export function stopClients(phaseDir: string): void {
  const runner = readJson<PhaseRunner>(phasePaths(phaseDir).runner);
  if (runner !== undefined) signalProcess(runner.process, 'SIGTERM');
}

/** Kills the clients of a phase and their watcher. Nothing if they have ended. */
export const killClients = (clusterDir: string, label: string): Promise<number> =>
  sweepOwned((found) => isOfPhase(ownerOf({ clusterDir, label }), found));

/** Waits until every client has ended, or their watcher is dead; then one outcome per SDK. */
export async function collectClients(
  phaseDir: string,
  sdks: readonly string[],
  signal?: AbortSignal,
): Promise<readonly ClientOutcome[]> {
  const runner = readJson<PhaseRunner>(phasePaths(phaseDir).runner);
  const done = (): boolean => sdks.every((sdk) => existsSync(phasePaths(phaseDir).client(sdk).exit));
  await pollUntil(
    () => Promise.resolve(done() || runner === undefined || !isAlive(runner.process) ? true : undefined),
    { limitMs: 24 * 3_600_000, everyMs: 50, signal },
  );
  return sdks.map((sdk) => outcomeOf(phaseDir, sdk, runner?.attempt ?? 1));
}

function endOf(exit: ClientExit, phaseDir: string, sdk: string): ClientEnd {
  switch (exit.kind) {
    case 'exited':
      return { kind: 'exited', code: exit.code ?? -1 };
    case 'signalled':
      return { kind: 'signalled', signal: exit.signal ?? 'unknown' };
    case 'timeout': {
      const limit = readJson<PhaseSpec>(phasePaths(phaseDir).spec)?.clients.find((c) => c.sdk === sdk)?.limitMs ?? 0;
      return { kind: 'timeout', limitMs: limit };
    }
    case 'not_found':
      return { kind: 'not_found', path: exit.signal ?? sdk };
    default:
      return exit.kind satisfies never;
  }
}

function outcomeOf(phaseDir: string, sdk: string, attempt: number): ClientOutcome {
  const exit = readJson<ClientExit>(phasePaths(phaseDir).client(sdk).exit);
  if (exit === undefined) {
    const end = { kind: 'runner_died' } as const;
    return {
      sdk,
      end,
      result: null,
      lineProblem: 'the process that watched the client died',
      durationSeconds: 0,
      attempt,
    };
  }
  const end = endOf(exit, phaseDir, sdk);
  const { durationSeconds, hostCpu } = exit;
  const ran = { durationSeconds, attempt, hostCpu };
  const parsed = parseResultLine(exit.lastLine, exit.lastLineTruncated);
  if ('problem' in parsed) return { sdk, end, result: null, lineProblem: parsed.problem, ...ran };
  writeJson(phasePaths(phaseDir).client(sdk).result, JSON.parse(exit.lastLine));
  const problem = contradiction(phaseDir, sdk, parsed.result);
  if (problem !== null) return { sdk, end, result: null, lineProblem: problem, ...ran };
  return { sdk, end, result: parsed.result, lineProblem: null, ...ran };
}

/** A result line that its own ledger contradicts is not believed. Clients without a ledger are taken at their word. */
function contradiction(phaseDir: string, sdk: string, result: ClientResult): string | null {
  try {
    const ledger = readLedger(phaseDir, sdk);
    if (ledger === undefined) return null;
    const counted = countLedger(ledger.messages);
    const pairs = [
      ['sent', result.sent, counted.sent],
      ['received', result.received, counted.received],
      ['lost', result.lost, counted.lostSeqs.length],
    ] as const;
    const wrong = pairs.find(([, said, found]) => said !== found);
    return wrong ? `the result line says ${wrong[0]} ${wrong[1]}, its own ledger ${wrong[2]}` : null;
  } catch (error) {
    return `the ledger cannot be read: ${String(error)}`;
  }
}
