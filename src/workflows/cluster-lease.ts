import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { RunRef } from '../domain/plan.js';
import { reasonOf } from './activities.js';

/** A run's hold on its cluster, by the host's clock: a cluster whose lease nobody renews is stopped by its keeper. */
export interface ClusterLease {
  /** From now on the lease is renewed. */
  keepAlive(): void;
  /** Ends the renewing, and waits for its end; nothing if the lease is not renewed. */
  release(): Promise<void>;
  /** Why the lease could not be renewed to the end. */
  problems(): readonly string[];
}

export function clusterLease(host: Activities, run: RunRef): ClusterLease {
  const problems: string[] = [];
  let release = (): Promise<void> => Promise.resolve();
  return {
    keepAlive: () => {
      const renewing = new CancellationScope({ cancellable: true });
      // The name of the activity stands in histories: it stays.
      const renewed = renewing
        .run(() => host.tendCluster({ run }))
        .catch((error: unknown) => {
          if (!isCancellation(error)) problems.push(`the cluster's lease is no longer renewed: ${reasonOf(error)}`);
        });
      release = () => {
        renewing.cancel();
        return CancellationScope.nonCancellable(() => renewed);
      };
    },
    release: () => release(),
    problems: () => problems,
  };
}
