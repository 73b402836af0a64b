import { resolve } from 'node:path';
import type { ConfigFile } from './schema.js';

/** The driver whose broker the user brings. */
export const OWN_BROKER = 'robustmq';

/**
 * Where the broker's program is: `binary`, relative to `project_root`, which is relative to the config file or else ROBUSTMQ_HOME. What cannot be
 * known from that is left to the driver's preflight, so that commands which need no broker work without one.
 */
export function brokerProgram(
  { driver, binary, project_root: projectRoot }: ConfigFile['cluster'],
  folder: string,
  warnings: readonly string[],
): { readonly binary: string | undefined; readonly warnings: readonly string[] } {
  if (driver !== OWN_BROKER) return { binary: undefined, warnings };
  const home = process.env['ROBUSTMQ_HOME'];
  const root = projectRoot === undefined ? home : resolve(folder, projectRoot);
  const said = home ? warnings : [...warnings, 'ROBUSTMQ_HOME is not set: cluster.project_root of the config counts'];
  if (root === undefined || root === '' || binary === undefined) return { binary: undefined, warnings: said };
  return { binary: resolve(root, binary), warnings: said };
}
