import { ChaosError } from '../../domain/errors.js';
import type { FaultCluster } from '../drivers/contract.js';
import { chaosd } from './chaosd.js';
import type { Injector, Work } from './contract.js';
import { netem } from './netem.js';
import { nft } from './nft.js';
import { toxiproxy } from './toxiproxy.js';

/** Every injector, in the order in which `auto` asks them: one that was configured on purpose comes first. A new one is one file and its place here. */
export const injectors: readonly Injector[] = [chaosd, toxiproxy, nft, netem];

/** What a scenario's `params.injector` may be. */
export const injectorNames = ['auto', ...injectors.map((injector) => injector.name)] as [string, ...string[]];

export function injectorNamed(name: string): Injector {
  const injector = injectors.find((i) => i.name === name);
  if (injector !== undefined) return injector;
  throw new ChaosError('INJECT_FAILED', `injector: expected one of ${injectorNames.join(', ')}, got ${name}`);
}

/** The injector that a scenario names, or for `auto` the first that can do it here; the error says why each one cannot. */
export async function chooseInjector(
  wanted: string,
  work: Work,
  cluster: FaultCluster,
): Promise<{ readonly injector: Injector; readonly why: string }> {
  const candidates = wanted === 'auto' ? injectors : [injectorNamed(wanted)];
  const reasons: string[] = [];
  for (const injector of candidates) {
    const reason = await injector.unavailableReason(work, cluster);
    const why = wanted === 'auto' ? 'auto' : 'by config';
    if (reason === undefined) return { injector, why: [why, ...reasons.map((text) => `not ${text}`)].join('; ') };
    reasons.push(`${injector.name}: ${reason}`);
  }
  throw new ChaosError('INJECT_FAILED', `${work.effect.kind} cannot be done here: ${reasons.join('; ')}`);
}
