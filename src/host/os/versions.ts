import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ChaosError } from '../../domain/errors.js';
import { readJson } from './files.js';
import { installRoot } from './tools.js';

/** Of this program, as in `package.json`. */
export const ownVersion = (): string =>
  (JSON.parse(readFileSync(join(installRoot, 'package.json'), 'utf8')) as { readonly version: string }).version;

/** Is one version of this program older than another? Without a version it is. */
export const isOlderVersion = (version: string | undefined, than: string): boolean =>
  version === undefined || version.localeCompare(than, 'en', { numeric: true }) < 0;

/** Which build of this program runs here. */
export interface Build {
  readonly version: string;
  /** With `-dirty` if the build was made of something else than this commit; `unknown` if it was made without git. */
  readonly commit: string;
  /** Two builds with one id are the same program. */
  readonly id: string;
}

/** As `npm run build` has stamped it: the files may have changed since. */
export function ownBuild(): Build {
  const path = join(installRoot, 'dist', 'build.json');
  const build = readJson<Build>(path);
  if (build !== undefined) return build;
  throw new ChaosError('PREFLIGHT_FAILED', `expected the stamp of a build in ${path}, found none; run: npm run build`);
}

/** What a report must name so that its run can be repeated: this program and its commit, and what it runs on. */
export function ownVersions(): Record<string, string> {
  const { version, commit } = ownBuild();
  return { 'robustmq-chaos-test': `${version} (${commit})`, node: process.versions.node, linux: release() };
}

/** Which build a program is: the version that it tells of itself may stand still. Lower-case hex. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
