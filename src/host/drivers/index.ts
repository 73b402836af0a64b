import { ChaosError } from '../../domain/errors.js';
import type { ClusterDriver } from './contract.js';
import { natsDriver } from './nats/index.js';
import { rehearsalDriver } from './rehearsal.js';
import { robustmqDriver } from './robustmq/index.js';

/** Every driver. A new one is one folder and one line here. */
export const drivers: readonly ClusterDriver[] = [natsDriver, robustmqDriver, rehearsalDriver];

export function driverNamed(name: string): ClusterDriver {
  const driver = drivers.find((d) => d.name === name);
  if (driver !== undefined) return driver;
  throw new ChaosError(
    'CONFIG_INVALID',
    `cluster.driver: expected ${drivers.map((d) => d.name).join(' or ')}, got ${name}`,
  );
}
