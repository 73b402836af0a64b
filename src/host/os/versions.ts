import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { installRoot } from './tools.js';

/** Of this program, as in `package.json`. */
export const ownVersion = (): string =>
  (JSON.parse(readFileSync(join(installRoot, 'package.json'), 'utf8')) as { readonly version: string }).version;

/** Is one version of this program older than another? Without a version it is. */
export const isOlderVersion = (version: string | undefined, than: string): boolean =>
  version === undefined || version.localeCompare(than, 'en', { numeric: true }) < 0;

/** What a report must name so that its run can be repeated: this program and its commit, and what it runs on. */
export async function ownVersions(): Promise<Record<string, string>> {
  const { stdout, failed } = await execa('git', ['describe', '--always', '--dirty', '--abbrev=12'], {
    cwd: installRoot,
    reject: false,
  });
  const commit = failed ? 'unknown' : stdout;
  return { 'robustmq-chaos-test': `${ownVersion()} (${commit})`, node: process.versions.node, linux: release() };
}

/** Which build a program is: the version that it tells of itself may stand still. Lower-case hex. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
