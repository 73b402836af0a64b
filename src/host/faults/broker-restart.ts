import { z } from 'zod';
import { ChaosError } from '../../domain/errors.js';
import type { Scenario } from '../../domain/scenario.js';
import type { FaultCluster } from '../drivers/contract.js';
import type { FaultPlan } from '../tickets/ticket.js';
import type { AskedFault, Fault } from './contract.js';
import { probeRestart } from './restart-proof.js';
import { downByRestart, endRestart, planRestart, restart, runSinceRestart } from './restarts.js';
import { placeLeaders, planVictim, victimParams } from './victim.js';

/** Longer than this is no restart. */
export const DOWN_SECONDS_MAX = 300;

const params = z
  .strictObject({
    // Without the default: beside `rolling` nobody may ask for a victim.
    victim: victimParams.shape.victim.unwrap().optional(),
    stop_signal: z.enum(['SIGTERM', 'SIGINT', 'SIGQUIT']).default('SIGTERM'),
    down_seconds: z.number().int().min(0).max(DOWN_SECONDS_MAX).default(5),
    rolling: z.boolean().default(false),
  })
  .refine(({ rolling, victim }) => !rolling || victim === undefined, {
    path: ['victim'],
    error: 'expected no victim beside rolling: true, which restarts every broker',
  });

const isRolling = (scenario: Pick<Scenario, 'params'>): boolean => params.parse(scenario.params).rolling;

/** Every broker, the leader last: as an upgrade does it, so that the leadership moves once. */
async function planRolling(scenario: Scenario, { dir, driver }: FaultCluster): Promise<FaultPlan> {
  const ids = (await driver.nodes(dir)).map(({ id }) => id);
  if (ids.includes(scenario.target) && ids.length > 1)
    throw new ChaosError(
      'INJECT_FAILED',
      `expected the whole cluster (robustmq-server) as the target of rolling: true, got ${scenario.target}`,
    );
  const { leader } = (await driver.leaders(dir)).cluster;
  const targets = [...ids].sort((a, b) => Number(a === leader) - Number(b === leader));
  return { targets, injector: '', reason: `every broker in turn, the leader ${String(leader)} last`, before: {} };
}

async function plan(scenario: AskedFault, cluster: FaultCluster): Promise<FaultPlan> {
  const { stop_signal: signal, down_seconds } = params.parse(scenario.params);
  const decided = isRolling(scenario) ? await planRolling(scenario, cluster) : await planVictim(scenario, cluster, '');
  const batches = decided.targets.map((id) => [id]);
  const planned = await planRestart(cluster, { batches, signal, downMs: down_seconds * 1000 });
  return { ...decided, injector: signal.toLowerCase(), before: { ...decided.before, restart: planned } };
}

/** One broker ends gracefully and is started again, or every broker in turn. It is back before its window ends, and must stay so. */
export const brokerRestart: Fault = {
  kind: 'broker-restart',
  targetKind: 'broker',
  recoveryBlame: 'broker',
  params,
  leastSeconds: (given, nodeCount) => {
    const { rolling, down_seconds } = params.parse(given);
    return down_seconds * (rolling ? nodeCount : 1);
  },
  holds: (given) => (params.parse(given).rolling ? 'brokers' : 'broker'),
  about: {
    does: 'Asks one broker to end with `stop_signal` (SIGTERM, the default, SIGINT or SIGQUIT), waits until it has ended, and starts it again `down_seconds` (default 5) later. `victim` as with broker-kill. `rolling: true` does this to every broker in turn, the leader last, as an upgrade does. The next broker is asked when the cluster is whole again.',
    needs:
      'Only the cluster. All of it has to fit into the fault window and its grace. With `rolling: true` the target is `robustmq-server`.',
    bites:
      'The process ended by itself within 30 seconds of the signal. Its own port was closed for `down_seconds`. Another process of the broker runs since, and the cluster is whole. With `rolling: true` this holds for each broker, and each was asked after the cluster was whole with the one before.',
    over: 'The brokers run, serve MQTT and are members of every group. No replica lags.',
    survives:
      'As with broker-kill: the keeper starts the brokers again at the deadline, or stops the cluster. A broker that was asked and has not ended is killed and started. If the worker dies, the next one goes on after the last step that is in the ticket.',
  },
  available: () => Promise.resolve(undefined),
  prepare: (scenario, cluster) => (isRolling(scenario) ? Promise.resolve() : placeLeaders(scenario, cluster)),
  plan,
  inject: restart,
  // A leader may hand over, or be back before anybody misses it; who led meanwhile was not watched, and no time is told.
  probe: probeRestart,
  isInForce: (ticket) => Promise.resolve(runSinceRestart(ticket)),
  intendedDown: downByRestart,
  recover: endRestart,
};
