// Temporal's server and its schema tool, built once from their Go module and kept in .tools/.

import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { finish, type Stage } from '../stage.js';

const MODULE = 'go.temporal.io/server';
/** Package, the name that Go gives its program, and the name that the images give it. */
const PROGRAMS = [
  ['cmd/server', 'server', 'temporal-server'],
  ['cmd/tools/sql', 'sql', 'temporal-sql-tool'],
] as const;

/**
 * The folder with both programs; builds them if they are not there: about eight minutes on two cores.
 * @param root the project's folder
 * @param version of the server, as in docker-compose.yml
 */
export async function temporalBinaries(stage: Stage, root: string, version: string): Promise<string> {
  const folder = join(root, '.tools', `temporal-server-${version}`, 'bin');
  mkdirSync(folder, { recursive: true });
  const { HOME, GOPROXY, GOFLAGS, GOTOOLCHAIN } = process.env;
  const env = Object.fromEntries(
    Object.entries({ HOME, GOPROXY, GOFLAGS, GOTOOLCHAIN, GOBIN: folder }).filter(([, value]) => value !== undefined),
  );
  for (const [path, built, name] of PROGRAMS) {
    if (existsSync(join(folder, name))) continue;
    console.log(`building ${name} ${version} with Go: minutes, this once`);
    const command = ['nice', 'go', 'install', `${MODULE}/${path}@v${version}`];
    await finish(stage.start(`build-${name}`, command, { env, cwd: root }));
    renameSync(join(folder, built), join(folder, name));
  }
  return folder;
}
