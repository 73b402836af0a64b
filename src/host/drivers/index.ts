import { ChaosError } from '../../domain/errors.js';
import * as catalogue from './catalogue.js';
import type { ClusterDriver } from './contract.js';

/** Every driver of the catalogue, in the order of their names there. */
export const drivers: readonly ClusterDriver[] = Object.values(catalogue);

export function driverNamed(name: string): ClusterDriver {
  const driver = drivers.find((d) => d.name === name);
  if (driver !== undefined) return driver;
  throw new ChaosError(
    'CONFIG_INVALID',
    `cluster.driver: expected ${drivers.map((d) => d.name).join(' or ')}, got ${name}`,
  );
}
