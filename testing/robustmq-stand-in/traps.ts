import { existsSync, readFileSync } from 'node:fs';

/**
 * What a node may do wrong, each as the real broker was seen or read to do it:
 * - `refuse-start`: ends at once, with a line on standard output;
 * - `not-ready`: its MQTT port is open, and every CONNECT is answered with 0x88, server unavailable;
 * - `wrong-leader`: names another leader than the others do;
 * - `stale-view`: does not know of the node that joined last;
 * - `out-of-sync`: its replica does not come back into the ISR;
 * - `ignore-sigterm`: has to be killed;
 * - `panic`: writes a panic to standard error, and goes on.
 */
export type Trap =
  'refuse-start' | 'not-ready' | 'wrong-leader' | 'stale-view' | 'out-of-sync' | 'ignore-sigterm' | 'panic';

/** Traps by node id (`n1`). Read anew at every use: a test sets and removes them while the nodes run. */
export type Traps = Readonly<Record<string, readonly Trap[]>>;

export function isSet(file: string, id: number, trap: Trap): boolean {
  const traps = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Traps) : {};
  return traps[`n${id}`]?.includes(trap) === true;
}
