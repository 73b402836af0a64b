import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Build } from '../src/host/os/versions.js';
import { installRoot } from '../src/host/os/tools.js';

/** Something that every run does before anything else, and that a run of this build has not done. */
const BEFORE_THE_PLAN = 'const planner = ';
const WAIT = "await (0,_temporalio_workflow__WEBPACK_IMPORTED_MODULE_0__.sleep)('1ms'); ";

/** The built program once more, in a folder of its own, and under another id. `isIncompatible`: its workflows cannot go on with runs of this one. */
export function otherBuild(root: string, id: string, isIncompatible: boolean): string {
  mkdirSync(root, { recursive: true });
  for (const part of ['dist', 'scripts', 'package.json'])
    cpSync(join(installRoot, part), join(root, part), { recursive: true });
  for (const part of ['node_modules', '.tools', 'sdk_clients']) symlinkSync(join(installRoot, part), join(root, part));
  const stamp = join(root, 'dist', 'build.json');
  const build = JSON.parse(readFileSync(stamp, 'utf8')) as Build;
  writeFileSync(stamp, JSON.stringify({ ...build, id } satisfies Build));
  if (!isIncompatible) return root;
  const bundle = join(root, 'dist', 'workflow-bundle.js');
  const parts = readFileSync(bundle, 'utf8').split(BEFORE_THE_PLAN);
  if (parts.length !== 2)
    throw new Error(`expected "${BEFORE_THE_PLAN}" once in ${bundle}, got it ${parts.length - 1} times`);
  writeFileSync(bundle, parts.join(`${WAIT}${BEFORE_THE_PLAN}`));
  return root;
}
