import { readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { crowdFigures, type CrowdFigures } from '../../src/domain/crowd.js';
import { readHistory } from '../../src/host/clients/history-file.js';
import type { ClientSettings, FaultCluster } from '../../src/host/drivers/contract.js';
import { phasePaths } from '../../src/host/layout/phase-paths.js';
import { monotonicUs, pollUntil, sleepMs } from '../../src/host/os/clock.js';
import { cpuTicksOf, identify } from '../../src/host/os/processes.js';
import { startClient, type RunningClient } from '../sdk-client.js';
import { scriptFor } from '../workload-run.js';
import { corePercent, type UsageSample } from './usage.js';

const SETUP_LIMIT_MS = 300_000;
const BACK_LIMIT_MS = 180_000;
const HEALTHY_LIMIT_MS = 180_000;
const LOOK_EVERY_MS = 500;
/** So long all have to stay: a broker may still throw out somebody, and a client may not know yet that it was. */
const SETTLED_MS = 15_000;
/** The kernel's unit in /proc/<pid>/stat, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
/** Two signals at once may be one. */
const BETWEEN_MS = 200;

export interface CrowdStage extends FaultCluster {
  readonly folder: string;
  readonly settings: ClientSettings;
  /** Another folder of clients than the project's own. */
  readonly clients: string | undefined;
  readonly say: (text: string) => void;
}

/** What became of a crowd at one thing that was done to its brokers. */
export interface CrowdFault extends CrowdFigures {
  readonly fault: string;
  /** Of the client, from the fault until all were back. */
  readonly corePercent: number | null;
}

export interface CrowdRun {
  readonly sdk: string;
  /** What was asked for, and clients that were connected at any time. */
  readonly wanted: number;
  readonly reached: number;
  readonly faults: readonly CrowdFault[];
  readonly setupSeconds: number;
  /** Of the client, over its whole life. */
  readonly cpuPercent: number;
  readonly rssMb: number;
  /** The most that each broker had, before anything was done to it. */
  readonly brokerMb: readonly number[];
  readonly errors: readonly string[];
}

const pathsOf = ({ folder }: CrowdStage, sdk: string) => phasePaths(join(folder, 'crowd')).client(sdk);

function begin(stage: CrowdStage, sdk: string, wanted: number, endpoints: readonly string[]): RunningClient {
  const { settings, driver, clients } = stage;
  const { dir, ledger } = pathsOf(stage, sdk);
  mkdirSync(dir, { recursive: true });
  return startClient(scriptFor(sdk, 'crowd', clients), dir, {
    ...{ CLUSTER_ENDPOINT: endpoints[0] ?? '', CLUSTER_ENDPOINTS: endpoints.join(), MQTT_VERSION: driver.mqttVersion },
    ...{ MQTT_USERNAME: settings.username, MQTT_PASSWORD: settings.password, LEDGER_PATH: ledger },
    // With NATS each subscription of QoS 1 is a replicated consumer, and three brokers on two cores cannot keep thousands.
    SUBSCRIBE_QOS: '0',
    ...{ ACK_WAIT_MS: String(settings.ackWaitMs), CONNECTIONS: String(wanted) },
    ...{ MESSAGE_COUNT: '1000000', MESSAGE_RATE: '50', TOPIC: `crowd/${sdk}`, CLIENT_ID: `crowd-${sdk}` },
    ...{ SETUP_LIMIT_MS: String(SETUP_LIMIT_MS), TIME_LIMIT_MS: '1200000' },
  });
}

/** Samples the processor time of a process until it is told to stop. */
function sample(pid: number): { readonly samples: UsageSample[]; readonly stop: () => void } {
  const samples: UsageSample[] = [];
  const look = (): void => {
    if (identify(pid) !== undefined)
      samples.push({ us: monotonicUs(), cpuSeconds: cpuTicksOf(pid).ownTicks / TICKS_PER_SECOND });
  };
  look();
  const timer = setInterval(look, LOOK_EVERY_MS);
  return { samples, stop: () => clearInterval(timer) };
}

/** Waits until as many are connected as there were, by the brokers' own word, and stay so for a while; or for so long that it says enough. */
async function awaitBack({ dir, driver, say }: CrowdStage, wanted: number): Promise<void> {
  let sinceUs: number | undefined;
  const back = await pollUntil(
    async () => {
      const ids = Object.values(await driver.connections(dir)).flat();
      const here = ids.filter((id) => id.startsWith('crowd-')).length;
      if (here < wanted) sinceUs = undefined;
      else sinceUs ??= monotonicUs();
      return sinceUs !== undefined && monotonicUs() - sinceUs >= SETTLED_MS * 1000 ? true : undefined;
    },
    { limitMs: BACK_LIMIT_MS, everyMs: 1000 },
  );
  if (back === undefined) say(`not all are back within ${BACK_LIMIT_MS / 1000} s`);
}

async function awaitHealthy({ dir, driver, say }: CrowdStage): Promise<void> {
  const well = await pollUntil(async () => ((await driver.unhealthy(dir)) === undefined ? true : undefined), {
    ...{ limitMs: HEALTHY_LIMIT_MS, everyMs: 1000 },
  });
  if (well === undefined) say(`not healthy within ${HEALTHY_LIMIT_MS / 1000} s: ${await driver.unhealthy(dir)}`);
}

const rssMb = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

/** One crowd: one broker is killed and started again, then all are; past the proxies, and timed by the ledger. */
export async function playCrowd(stage: CrowdStage, sdk: string, wanted: number): Promise<CrowdRun> {
  const { dir, driver, say } = stage;
  const nodes = await driver.nodes(dir);
  const began = monotonicUs();
  const endpoints = nodes.map(({ brokerHost, brokerPort }) => `${brokerHost}:${brokerPort}`);
  const client = begin(stage, sdk, wanted, endpoints);
  const usage = sample(client.pid);
  const done: { readonly fault: string; readonly fromUs: number }[] = [];
  let brokerMb: number[] = [];
  let setupSeconds = NaN;
  try {
    // Where not all can connect, the client says so in its last line.
    const ready = await client.ready.then(
      () => true,
      () => false,
    );
    setupSeconds = (monotonicUs() - began) / 1e6;
    say(`${sdk}: ${ready ? `${wanted} connected` : 'not all could connect'} after ${setupSeconds.toFixed(0)} s`);
    brokerMb = nodes.map(({ process }) => (process === null ? NaN : rssMb(process.pid)));
    if (ready) {
      const [victim] = nodes;
      for (const [fault, victims] of [
        ['one killed', victim === undefined ? [] : [victim]],
        ['all restarted', nodes],
      ] as const) {
        done.push({ fault, fromUs: monotonicUs() });
        for (const { id } of victims) await driver.killNode(dir, id);
        // One that is killed alone stays away: the others have to take its clients.
        if (victims.length === nodes.length) for (const { id } of victims) await driver.startNode(dir, id);
        await awaitBack(stage, wanted);
        for (const { id } of victims) await driver.startNode(dir, id);
        await awaitHealthy(stage);
        say(`${sdk}: ${fault}: over after ${((monotonicUs() - (done.at(-1)?.fromUs ?? 0)) / 1e6).toFixed(0)} s`);
      }
    }
    client.signal('SIGTERM');
    await sleepMs(BETWEEN_MS);
    client.signal('SIGTERM');
  } catch (error) {
    client.signal('SIGKILL');
    throw error;
  } finally {
    usage.stop();
  }
  const { lines, seconds } = await client.ended;
  const line = JSON.parse(lines.at(-1) ?? '{}') as Readonly<Record<string, unknown>>;
  const measured = { ...{ sdk, wanted, setupSeconds, brokerMb }, errors: (line['errors'] ?? []) as string[] };
  return {
    ...measured,
    ...(await figuresOf(stage, sdk, done, usage.samples)),
    cpuPercent: (Number(line['cpu_seconds']) / seconds) * 100,
    rssMb: Number(line['max_rss_kb']) / 1024,
  };
}

async function figuresOf(
  stage: CrowdStage,
  sdk: string,
  done: readonly { readonly fault: string; readonly fromUs: number }[],
  samples: readonly UsageSample[],
): Promise<Pick<CrowdRun, 'reached' | 'faults'>> {
  const { ledger, packedLedger } = pathsOf(stage, sdk);
  writeFileSync(packedLedger, gzipSync(readFileSync(ledger), { level: 1 }));
  const history = await readHistory(join(stage.folder, 'crowd'), sdk);
  if (history === undefined) throw new Error(`${ledger}: expected a ledger, found none`);
  const faults = done.map(({ fault, fromUs }, i): CrowdFault => {
    const figures = crowdFigures(sdk, history, { fromUs, untilUs: done[i + 1]?.fromUs ?? history.endUs });
    const untilUs = fromUs + (figures.allBackMs ?? BACK_LIMIT_MS) * 1000;
    return { fault, ...figures, corePercent: corePercent(samples, fromUs, untilUs) };
  });
  const connected = history.connections.filter(({ openedUs }) => openedUs !== null).map(({ client }) => client);
  return { reached: new Set(connected).size, faults };
}
