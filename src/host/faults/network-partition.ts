import { z } from 'zod';
import { ChaosError } from '../../domain/errors.js';
import type { Evidence } from '../../domain/fault-record.js';
import type { Scenario } from '../../domain/scenario.js';
import { pollUntil } from '../os/clock.js';
import type { NetworkPath, FaultCluster } from '../drivers/contract.js';
import type { Injection, Work } from '../injectors/contract.js';
import { chooseInjector, injectorNamed, injectorNames } from '../injectors/index.js';
import { evidence, type AskedFault, type Fault, type ProbeResult } from './contract.js';
import { byInjector } from './by-injector.js';
import { openPaths } from './others.js';
import type { FaultPlan, FaultTicket } from '../tickets/ticket.js';
import { placeLeaders, planVictim, provedHealthy, takeover, victimOf, victimParams } from './victim.js';

const params = victimParams.extend({ injector: z.enum(injectorNames).default('auto') });

/** A path over which nothing has come back within this is cut; one that is not cut answers within a millisecond on a quiet host. */
const SILENCE_MS = 1000;

const workOn = (node: string, given: Scenario['params']): Work => ({
  effect: { kind: 'partition', node },
  params: given,
});

const injectionOf = (ticket: FaultTicket): Injection => ({
  ...workOn(victimOf(ticket), ticket.params),
  faultId: ticket.faultId,
  own: ticket.before['own'] as Injection['own'],
});

async function plan(scenario: AskedFault, cluster: FaultCluster): Promise<FaultPlan> {
  // Whether it can be done here at all does not depend on the node, and is said before anybody looks for one.
  const [anyone] = await cluster.driver.nodes(cluster.dir);
  const anybody = workOn(anyone?.id ?? '', scenario.params);
  const { injector, why } = await chooseInjector(params.parse(scenario.params).injector, anybody, cluster);
  const decided = await planVictim(scenario, cluster, '');
  const { own, touches } = await injector.plan(workOn(decided.targets[0] as string, scenario.params), cluster);
  return {
    ...decided,
    injector: injector.name,
    reason: `${decided.reason}; ${touches} (${why})`,
    before: { ...decided.before, own },
  };
}

const answers = (path: NetworkPath): Promise<boolean> =>
  path.measureRoundTripMs(SILENCE_MS).then(
    () => true,
    () => false,
  );

/** Cut are the routes of the victim, and nothing else: every other path, the victim's client link included, must answer. */
async function probe(ticket: FaultTicket, cluster: FaultCluster): Promise<ProbeResult> {
  const victim = victimOf(ticket);
  const paths = (await cluster.driver.network(cluster.dir)?.paths()) ?? [];
  const routes = openPaths(paths, cluster).filter((path) => path.kind === 'route');
  const rows = await Promise.all(
    routes.map(async (path): Promise<Evidence> => {
      const cut = path.nodes.includes(victim);
      const there = await answers(path);
      const expected = cut ? `no answer within ${SILENCE_MS} ms` : 'an answer';
      return evidence(`route ${path.name}`, expected, there ? 'an answer' : 'no answer', there !== cut);
    }),
  );
  const { proof, leaders } = await takeover(ticket, cluster);
  const all = [...rows, ...proof];
  return {
    biting: rows.some((row) => row.expected !== 'an answer') && all.every((row) => row.ok),
    evidence: all,
    leaders,
  };
}

async function recover(ticket: FaultTicket, cluster: FaultCluster, limitMs: number): Promise<Evidence[]> {
  const injector = injectorNamed(ticket.injector);
  const injection = injectionOf(ticket);
  let active: readonly string[] = ['unknown'];
  let problem = '';
  const cleared = await pollUntil(
    async () => {
      await injector.clear(injection, cluster).catch((error: unknown) => {
        problem = String(error);
        throw error;
      });
      active = await injector.active(injection, cluster);
      return active.length === 0 || undefined;
    },
    { limitMs, everyMs: 500 },
  );
  if (cleared !== true) {
    throw new ChaosError(
      'RECOVER_FAILED',
      `network-partition not over within ${limitMs} ms: ${problem || active.join(', ')}`,
    );
  }
  const healthy = await provedHealthy(ticket, cluster, limitMs);
  const paths = (await cluster.driver.network(cluster.dir)?.paths()) ?? [];
  const routes = openPaths(paths, cluster).filter((path) => path.kind === 'route');
  const rows = await Promise.all(
    routes.map(async (path) => {
      // As often as there is time for: on a busy host one answer may take longer than the silence that proves a cut.
      const there =
        (await pollUntil(async () => (await answers(path)) || undefined, { limitMs, everyMs: 100 })) === true;
      return evidence(`route ${path.name}`, 'an answer', there ? 'an answer' : 'no answer', there);
    }),
  );
  return [evidence(`in force by ${injector.name}`, 'nothing', 'nothing', true), ...rows, healthy];
}

/** Cuts one node off from the others, both ways; its clients still reach it. Over when every route answers and the node has caught up. */
export const networkPartition: Fault = {
  kind: 'network-partition',
  targetKind: 'broker',
  recoveryBlame: 'equipment',
  params,
  holds: () => 'network',
  about: {
    does: 'Cuts one node off from all other nodes, in both directions. Packets are dropped silently: no connection is refused. Clients still reach every node.',
    needs: 'At least two nodes, and an injector that can cut, see below.',
    bites:
      'No route of the node answers, and every other route answers. With `victim: leader`, every group that the node led has another leader with a higher term.',
    over: 'The injector has nothing in force, and every route answers. Every node is a member of the cluster. No replica lags.',
    survives:
      'The keeper removes the cut at the deadline. With the injector nft the kernel removes it as soon as the process that owns the table is gone. That process ends itself at the deadline.',
  },
  available: async ({ dir, driver }) =>
    (await driver.nodes(dir)).length < 2 ? 'a single node has nobody to be cut off from' : undefined,
  prepare: placeLeaders,
  plan,
  ...byInjector(injectionOf),
  probe,
  recover,
};
