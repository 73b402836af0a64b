import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { skippedWithout } from './programs.js';
import type { Traps } from './robustmq-stand-in/traps.js';
import { runTypeScript } from './typescript.js';

const program = [process.execPath, ...runTypeScript(new URL('./robustmq-stand-in/main.ts', import.meta.url))];
const command = program.map((part) => `'${part}'`).join(' ');

/** The stand-in has its MQTT from Mosquitto. */
export const describeWithStandIn = describe.skipIf(skippedWithout('mosquitto', 'mosquitto'));

export interface StandIn {
  /** What `cluster.binary` names. */
  readonly binary: string;
  /** From now on these, and no other. */
  set(traps: Traps): void;
}

/** A program in `folder` that stands in for RobustMQ's `broker-server`: test equipment, see `robustmq-stand-in/main.ts`. */
export function standInFor(folder: string): StandIn {
  const binary = join(folder, 'broker-server');
  const traps = join(folder, 'traps.json');
  writeFileSync(binary, `#!/bin/sh\nSTAND_IN_TRAPS='${traps}' exec ${command} "$@"\n`);
  chmodSync(binary, 0o755);
  const set = (given: Traps): void => {
    writeFileSync(`${traps}.new`, JSON.stringify(given));
    renameSync(`${traps}.new`, traps);
  };
  return { binary, set };
}
