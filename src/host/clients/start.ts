import { clusterPaths } from '../layout/paths.js';
import { phasePaths } from '../layout/phase-paths.js';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pollUntil } from '../os/clock.js';
import { withLock } from '../os/lock.js';
import { childEnvironment, isAlive, spawnDetached, sweepOwned } from '../os/processes.js';
import { readStored, writeStored } from '../os/stored.js';
import { clientSpec } from './client-spec.js';
import {
  isOfPhase,
  phaseOwner,
  type ClientReady,
  type PhaseRequest,
  type PhaseRunner,
  type PhaseSpec,
} from './phase.js';

/** A client that never says that it is ready is waited for this long. */
const READY_LIMIT_MS = 10_000;
/** Another attempt may be launching them. */
const LAUNCH_LIMIT_MS = 30_000;

const runnerEntry = fileURLToPath(new URL('./runner-main.js', import.meta.url));

/**
 * Starts the clients of a phase, each in a process group of its own under one watching process, and returns when all are ready and may publish. Called again after a
 * worker's death it finds the phase that runs or has run; one whose watcher died is started again only if it is repeatable.
 */
export async function startClients(
  request: PhaseRequest,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, ClientReady | null>>> {
  const { phaseDir, sdks, clusterDir } = request;
  // Two attempts at once would start two clients of each name.
  await withLock(clusterPaths(clusterDir).clientsLock, LAUNCH_LIMIT_MS, async () => {
    signal?.throwIfAborted();
    await findOrLaunch(request);
  });
  const settled = (sdk: string): boolean =>
    existsSync(phasePaths(phaseDir).client(sdk).ready) || existsSync(phasePaths(phaseDir).client(sdk).exit);
  await pollUntil(() => Promise.resolve(sdks.every(settled) ? true : undefined), {
    limitMs: READY_LIMIT_MS,
    everyMs: 25,
    signal,
  });
  await letPublish(request);
  return Object.fromEntries(
    sdks.map((sdk) => [sdk, readStored<ClientReady>('client ready', phasePaths(phaseDir).client(sdk).ready) ?? null]),
  );
}

async function findOrLaunch(request: PhaseRequest): Promise<void> {
  const { phaseDir, sdks } = request;
  // What is set aside below is the folder of an earlier attempt of this program, or of an older one.
  const { spec } = phasePaths(phaseDir);
  readStored<PhaseSpec>('phase', spec);
  const known = readStored<PhaseRunner>('phase runner', phasePaths(phaseDir).runner);
  const ended = sdks.every((sdk) => existsSync(phasePaths(phaseDir).client(sdk).exit));
  const reusable = known !== undefined && (isAlive(known.process) || ended || !request.repeatable);
  if (!reusable) await launchPhase(request, (known?.attempt ?? 0) + 1);
}

/** Makes their topics, and lets the clients begin. Nothing where they have begun. */
async function letPublish({ phaseDir, prepareTopics }: PhaseRequest): Promise<void> {
  if (prepareTopics === undefined || existsSync(phasePaths(phaseDir).start)) return;
  const spec = readStored<PhaseSpec>('phase', phasePaths(phaseDir).spec);
  await prepareTopics((spec?.clients ?? []).map(({ env }) => env['TOPIC'] ?? ''));
  writeFileSync(phasePaths(phaseDir).start, '');
}

async function launchPhase(request: PhaseRequest, attempt: number): Promise<void> {
  const { phaseDir } = request;
  const owner = phaseOwner(request);
  await sweepOwned((found) => isOfPhase(owner, found));
  if (existsSync(phaseDir)) renameSync(phaseDir, `${phaseDir}.attempt-${attempt - 1}-${Date.now()}`);
  mkdirSync(phaseDir, { recursive: true });
  const topicOf = (sdk: string): string => `chaos/${request.runId}/${request.label}/${sdk}-${attempt}`;
  const clients = request.sdks.map((sdk, index) => clientSpec(request, { sdk, index, topic: topicOf(sdk) }, attempt));
  writeStored(
    'phase',
    phasePaths(phaseDir).spec,
    withoutPassword({ phase: request.phase, dir: phaseDir, owner, attempt, clients }),
  );
  const process_ = await spawnDetached({
    command: process.execPath,
    args: [runnerEntry, phaseDir],
    // The password reaches the clients through the environment alone: files of a run hold no secrets.
    env: childEnvironment(owner, { MQTT_PASSWORD: request.settings.password }),
    cwd: phaseDir,
    logFile: phasePaths(phaseDir).runnerLog,
  });
  writeStored('phase runner', phasePaths(phaseDir).runner, { process: process_, attempt } satisfies PhaseRunner);
}

function withoutPassword(spec: PhaseSpec): PhaseSpec {
  const clients = spec.clients.map((client) => {
    const { MQTT_PASSWORD: _secret, ...env } = client.env;
    return { ...client, env };
  });
  return { ...spec, clients };
}
