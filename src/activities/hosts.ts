import { ChaosError } from '../domain/errors.js';
import type { RunRequest } from '../domain/plan.js';

/** Which host plans, and who else would. */
export interface Hosts {
  readonly own: string;
  /** Ids of the hosts that serve a Temporal. Given by the composition root. */
  readonly serving: () => Promise<readonly string[]>;
}

/** Who does not say which host is meant can be understood only where there is one: any other would break another cluster than the one that was meant. */
export async function demandHost({ host }: Pick<RunRequest, 'host'>, { own, serving }: Hosts): Promise<void> {
  if (host !== undefined) return;
  const hosts = new Set([own, ...(await serving())]);
  if (hosts.size === 1) return;
  throw new ChaosError(
    'HOST_NOT_NAMED',
    `expected a "host" in what the run is started with, as ${hosts.size} hosts serve this Temporal: ${[...hosts].sort().join(', ')}`,
  );
}
