import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Control from '../src/host/keeper/control.js';
import { installRoot } from '../src/host/os/tools.js';

/** The built program once more, in a folder of its own, as another version of it: its control of keepers. */
export async function controlOf(root: string, version: string): Promise<typeof Control> {
  mkdirSync(root, { recursive: true });
  const own = JSON.parse(readFileSync(join(installRoot, 'package.json'), 'utf8')) as object;
  writeFileSync(join(root, 'package.json'), JSON.stringify({ ...own, version }));
  for (const part of ['dist', 'scripts']) cpSync(join(installRoot, part), join(root, part), { recursive: true });
  symlinkSync(join(installRoot, 'node_modules'), join(root, 'node_modules'));
  return (await import(join(root, 'dist', 'host', 'keeper', 'control.js'))) as typeof Control;
}
