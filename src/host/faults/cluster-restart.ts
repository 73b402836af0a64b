import { z } from 'zod';
import type { Fault } from './contract.js';
import { DOWN_SECONDS_MAX } from './broker-restart.js';
import { probeRestart } from './restart-proof.js';
import { downByRestart, endRestart, planRestart, restart, runSinceRestart } from './restarts.js';

const params = z.strictObject({
  stop_signal: z.enum(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGKILL']).default('SIGTERM'),
  down_seconds: z.number().int().min(0).max(DOWN_SECONDS_MAX).default(5),
});

/** All brokers at once, and all of them back: what is not on a disk is gone. */
export const clusterRestart: Fault = {
  kind: 'cluster-restart',
  targetKind: 'broker',
  recoveryBlame: 'broker',
  params,
  leastSeconds: (given) => params.parse(given).down_seconds,
  holds: () => 'brokers',
  about: {
    does: 'Asks all brokers at once to end with `stop_signal` (SIGTERM, the default, SIGINT or SIGQUIT), or kills them (SIGKILL). When all have ended, it waits for `down_seconds` (default 5) and starts all of them again. What the brokers have not stored is lost.',
    needs: 'Only the cluster. All of it has to fit into the fault window and its grace.',
    bites:
      'Every process ended within 30 seconds of the signal. At one moment all were gone, with their own ports closed, for `down_seconds`. Another process of each broker runs since, and the cluster is whole.',
    over: 'The brokers run, serve MQTT and are members of every group. No replica lags.',
    survives: 'As with broker-restart: the keeper starts the brokers again at the deadline, or stops the cluster.',
  },
  available: () => Promise.resolve(undefined),
  plan: async (scenario, cluster) => {
    const { stop_signal: signal, down_seconds } = params.parse(scenario.params);
    const targets = (await cluster.driver.nodes(cluster.dir)).map(({ id }) => id);
    const planned = await planRestart(cluster, { batches: [targets], signal, downMs: down_seconds * 1000 });
    const reason = `all ${targets.length} brokers, at once`;
    return { targets, injector: signal.toLowerCase(), reason, before: { restart: planned } };
  },
  inject: restart,
  probe: probeRestart,
  isInForce: (ticket) => Promise.resolve(runSinceRestart(ticket)),
  intendedDown: downByRestart,
  recover: endRestart,
};
