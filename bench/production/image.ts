// The files that the worker's image would have: what its Dockerfile copies into the second stage, without the packages that only development needs.

import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { finish, type Stage } from '../stage.js';

interface PackageLock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

const HOME_IN_IMAGE = '/opt/robustmq-chaos';
/** npm writes into this one in place, and a hard link would carry that into the project. */
const LOCK_OF_MODULES = join('node_modules', '.package-lock.json');

/** Paths, relative to the project, that the image's second stage takes from the first. */
export const pathsInImage = (root: string): string[] =>
  [...readFileSync(join(root, 'deploy', 'worker.Dockerfile'), 'utf8').matchAll(/^COPY --from=build (\S+)/gm)].map(
    ([, path = '']) => path.slice(HOME_IN_IMAGE.length + 1),
  );

/**
 * Lays the image's files out in a folder of the stage; the worker is then started there.
 * @param root the project's folder, with set-up done
 * @returns the folder
 */
export async function layOutImage(stage: Stage, root: string): Promise<string> {
  const folder = join(stage.folder, 'image');
  mkdirSync(folder);
  const link = statSync(root).dev === statSync(tmpdir()).dev ? ['--link'] : [];
  const copied = pathsInImage(root).map((path) => join(root, path));
  await finish(stage.start('image-copy', ['cp', '--archive', ...link, ...copied, folder]));
  if (existsSync(join(folder, LOCK_OF_MODULES))) {
    rmSync(join(folder, LOCK_OF_MODULES));
    copyFileSync(join(root, LOCK_OF_MODULES), join(folder, LOCK_OF_MODULES));
  }
  copyFileSync(join(root, 'package-lock.json'), join(folder, 'package-lock.json'));
  const prune = ['npm', 'prune', '--omit=dev', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  await finish(stage.start('image-prune', prune, { cwd: folder }));
  rmSync(join(folder, 'package-lock.json'));
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as PackageLock;
  const left = Object.entries(packages).flatMap(([path, { dev }]) =>
    dev === true && existsSync(join(folder, path)) ? [path] : [],
  );
  if (left.length > 0) throw new Error(`expected no package of development's in the image, found ${left.join(', ')}`);
  return folder;
}
