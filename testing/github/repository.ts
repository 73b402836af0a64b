import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

/** A real bare repository, and what GitHub's Git Data API does with one, done by git's own plumbing. */
export interface Repository {
  readonly gitDir: string;
  readonly git: (
    args: readonly string[],
    options?: { readonly input?: string | Buffer; readonly index?: string },
  ) => string;
  /** Text of a file on main; undefined if there is none. */
  readonly file: (path: string) => string | undefined;
  /** Messages of main, newest first, without the first commit. */
  readonly commits: () => string[];
  /** Somebody else's commit on top of main. */
  readonly commitByOther: (path: string, text: string) => string;
  readonly addFiles: (base: string, entries: readonly TreeEntry[]) => string;
}

export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly sha: string;
}

/** Makes `<folder>/<name>` with a first commit on main. */
export function createRepository(folder: string, name: string): Repository {
  const gitDir = join(folder, name);
  let indexes = 0;
  const git: Repository['git'] = (args, { input, index } = {}) =>
    execFileSync('git', args, {
      encoding: 'utf8',
      input: input ?? '',
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...{ PATH: process.env['PATH'], HOME: folder, GIT_DIR: gitDir, GIT_CONFIG_NOSYSTEM: '1' },
        ...{ GIT_AUTHOR_NAME: 'other', GIT_AUTHOR_EMAIL: 'other@localhost' },
        ...{ GIT_COMMITTER_NAME: 'other', GIT_COMMITTER_EMAIL: 'other@localhost' },
        ...(index === undefined ? {} : { GIT_INDEX_FILE: index }),
      },
    });
  const addFiles = (base: string, entries: readonly TreeEntry[]): string => {
    const index = join(folder, `index-${name}-${(indexes += 1)}`);
    git(['read-tree', base], { index });
    const lines = entries.map(({ mode, sha, path }) => `${mode} ${sha}\t${path}\0`).join('');
    git(['update-index', '-z', '--index-info'], { index, input: lines });
    const tree = git(['write-tree'], { index }).trim();
    rmSync(index);
    return tree;
  };
  const blob = (text: string): string => git(['hash-object', '-w', '--stdin'], { input: text }).trim();
  const commitOn = (parents: readonly string[], path: string, text: string): string => {
    const base = parents[0] ?? git(['mktree']).trim();
    const tree = addFiles(base, [{ path, mode: '100644', sha: blob(text) }]);
    const made = git(['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])], { input: 'by another' });
    git(['update-ref', 'refs/heads/main', made.trim()]);
    return made.trim();
  };
  git(['init', '--quiet', '--bare', '--initial-branch=main', gitDir]);
  git(['config', 'uploadpack.allowFilter', 'true']);
  commitOn([], 'README.md', 'reports\n');
  return {
    gitDir,
    git,
    addFiles,
    file: (path) => {
      const listed = git(['ls-tree', 'main', '--', path]);
      return listed === '' ? undefined : git(['show', `main:${path}`]);
    },
    commits: () => git(['log', '--format=%s', 'main']).trim().split('\n').slice(0, -1),
    commitByOther: (path, text) => commitOn([git(['rev-parse', 'main']).trim()], path, text),
  };
}
