// What the tests of the project `unit` run with: what makes a file belong to another project is refused here, and not only written down.

import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

const refuse = (): never => {
  throw new Error('a unit test starts no process: list its file under another project in vitest.config.ts');
};
const starters = ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'];

Object.assign(childProcess, Object.fromEntries(starters.map((name) => [name, refuse])));
syncBuiltinESMExports();
