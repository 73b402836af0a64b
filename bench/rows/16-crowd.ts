import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { natsDriver } from '../../src/host/drivers/nats/index.js';
import { softLimit } from '../../src/host/os/limits.js';
import { namespaceProblems } from '../../src/host/os/namespaces.js';
import { playCrowd, type CrowdFault, type CrowdRun } from '../../testing/crowd/play.js';
import { reachable } from '../../testing/crowd/usage.js';
import { startTestCluster } from '../../testing/nats-cluster.js';
import { scriptFor } from '../../testing/workload-run.js';
import { table, type Context, type Row } from '../row.js';

const [WANTED, WANTED_IN_SHORT, LEAST, NODES] = [10_000, 200, 1000, 3];
const [CORE_PERCENT, MOST_MB, ERRORS_SHOWN] = [50, 500, 3];

/** What this machine lets a process have. */
function hostLimits(): { files: number; ports: number } {
  const [first = 0, last = 0] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
    .trim()
    .split(/\s+/)
    .map(Number);
  return { files: softLimit(readFileSync('/proc/self/limits', 'utf8'), 'Max open files'), ports: last - first + 1 };
}

/** A cluster of its own for each: sessions of the one before would be in the way. */
async function crowdOf(sdk: string, wanted: number, context: Context): Promise<CrowdRun> {
  const folder = join(context.folder, `${sdk}-${wanted}`);
  const network = namespaceProblems().length === 0 ? 'namespaces' : 'proxies';
  const cluster = await startTestCluster(folder, { nodeCount: NODES, network });
  const stage = { folder, dir: join(folder, 'cluster'), driver: natsDriver, settings: cluster.settings };
  try {
    return await playCrowd({ ...stage, clients: context.clients, say: context.say }, sdk, wanted);
  } finally {
    await cluster.stop();
  }
}

/** As many as the brokers take: half of them where they did not. The last run is the one that counts. */
async function mostOf(sdk: string, wanted: number, context: Context): Promise<CrowdRun[]> {
  const run = await crowdOf(sdk, wanted, context);
  if (run.faults.length > 0 || wanted <= LEAST) return [run];
  return [run, ...(await mostOf(sdk, Math.ceil(wanted / 2), context))];
}

const secondsText = (ms: number | null): string => (ms === null ? 'never' : `${(ms / 1000).toFixed(1)} s`);
const percentText = (value: number | null): string => (value === null ? '–' : `${value.toFixed(0)} %`);

const isWell = ({ wanted, reached, faults, rssMb }: CrowdRun): boolean =>
  reached === wanted &&
  faults.length === 2 &&
  faults.every(
    ({ allBackMs, thrownOut, corePercent }) =>
      allBackMs !== null && thrownOut > 0 && Number(corePercent) <= CORE_PERCENT,
  ) &&
  rssMb < MOST_MB;

const faultCells = (sdk: string, of: CrowdFault): string[] => [
  ...[sdk, of.fault, `${of.thrownOut} of ${of.connections}`],
  ...[of.halfBackMs, of.mostBackMs, of.allBackMs].map(secondsText),
  ...[percentText(of.pausePercent), percentText(of.lastPausePercent), percentText(of.corePercent)],
  ...[String(of.refused), String(of.failed), `${of.sessionsPresent} of ${of.sessions}`],
];

const runCells = (of: CrowdRun): string[] => [
  ...[of.sdk, `${of.reached} of ${of.wanted}`, `${of.setupSeconds.toFixed(1)} s`],
  ...[percentText(of.cpuPercent), `${of.rssMb.toFixed(0)} MB`, of.brokerMb.map((mb) => mb.toFixed(0)).join(', ')],
  of.errors.length > ERRORS_SHOWN
    ? `${of.errors.slice(0, ERRORS_SHOWN).join('; ')}; ${of.errors.length - ERRORS_SHOWN} more`
    : of.errors.join('; '),
];

/** Thousands of connections are thrown out by a broker that dies, and come back to the others; then all of them are. */
export const crowds: Row = {
  id: 16,
  figure: `as many of ${WANTED} connections as this machine’s limits allow, past the proxies, subscribed with QoS 0: one broker of three killed, then all restarted: time until all are back`,
  target: `all back; client CPU ≤ ${CORE_PERCENT} % of a core meanwhile, < ${MOST_MB} MB; the times and the client’s own share of them are printed`,
  run: async (context) => {
    const has = (sdk: string): boolean => existsSync(scriptFor(sdk, 'crowd', context.clients));
    const asked = context.repeats === undefined ? WANTED : WANTED_IN_SHORT;
    const { connections, limit } = reachable(asked, hostLimits(), NODES);
    const inNamespaces = namespaceProblems().length === 0;
    const sdks = context.sdks.filter(has);
    const runs: CrowdRun[] = [];
    for (const sdk of sdks) runs.push(...(await mostOf(sdk, connections, context)));
    const played = runs.filter(({ faults }) => faults.length > 0);
    const turned = runs.filter(({ faults }) => faults.length === 0);
    return {
      reached: sdks.length > 0 && sdks.every((sdk) => played.some((run) => run.sdk === sdk && isWell(run))),
      value: played
        .map(({ sdk, reached, faults, rssMb }) => {
          const times = faults.map((of) => `${of.fault} ${secondsText(of.allBackMs)}`);
          const core = Math.max(...faults.map((of) => of.corePercent ?? NaN));
          return `${sdk}: ${reached} connections, all back: ${times.join(', ')}; ${percentText(core)} of a core, ${rssMb.toFixed(0)} MB`;
        })
        .join('; '),
      detail: [
        `What limited them: ${limit}. ${turned.map((of) => `The brokers: of ${of.wanted} connections of ${of.sdk} ${of.reached} had come after ${of.setupSeconds.toFixed(0)} s. `).join('')}${inNamespaces ? 'Each broker is in a network namespace of its own.' : 'No namespaces on this machine: the brokers’ own ports on loopback.'}`,
        table(
          [
            ...['SDK', 'fault', 'thrown out', 'half back', '99 % back', 'all back', 'own pauses', 'of the last one'],
            ...['client CPU meanwhile', 'CONNECTs refused', 'failed', 'sessions present'],
          ],
          runs.flatMap(({ sdk, faults }) => faults.map((of) => faultCells(sdk, of))),
        ),
        'Own pauses: how much of their way back the clients spent between attempts, and not waiting for a broker; all together, and the one that was the last back.',
        table(
          ['SDK', 'connections', 'set-up', 'client CPU in all', 'client memory, most', 'brokers’ memory, MB', 'errors'],
          runs.map(runCells),
        ),
      ],
      data: runs,
    };
  },
};
