import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeployKeySettings, PublishSettings } from '../../domain/publish.js';
import { HISTORY_JSON } from '../../domain/run-files.js';
import { RemoteError } from '../remote/remote-error.js';
import type { CommitAnswer, Publisher, Remote, RemoteFile, RemoteView } from './contract.js';
import { createGit, type Git } from './git.js';
import { knownHostsFile } from './known-hosts.js';
import { privateKey } from './private-key.js';

/** Pushes by git over SSH with a deploy key: a right to one repository, and nothing else. */
export const deployKeyPublisher: Publisher = {
  via: 'deploy-key',
  open: async (settings, context) => {
    const { deployKey } = settings;
    if (deployKey === null) throw new Error('publish.key_file: expected one for via: deploy-key');
    const keyFile = await privateKey(deployKey.keyFile, context.workDir);
    const knownHosts = knownHostsFile(deployKey, context.workDir);
    const gitDir = join(context.workDir, 'repository.git');
    const git = createGit(gitDir, { keyFile, knownHosts }, context);
    await initialize(git, deployKey);
    return remote(git, settings, context.workDir);
  },
};

/**
 * A repository for this call alone. Of the branch it gets the newest commit without its files, which are not needed to add to it (a host that
 * does not know such filters sends them all).
 */
async function initialize(git: Git, { remote: url }: DeployKeySettings): Promise<void> {
  await git(['init', '--quiet', '--bare', '--initial-branch=unused']);
  await git(['config', 'remote.origin.url', url]);
  await git(['config', 'remote.origin.promisor', 'true']);
  await git(['config', 'remote.origin.partialclonefilter', 'blob:none']);
}

const TRACKED = 'refs/remotes/origin/head';

function remote(git: Git, { branch, folder }: PublishSettings, workDir: string): Remote {
  const fetch = (...options: readonly string[]): Promise<string> =>
    git(['fetch', '--quiet', '--no-tags', '--depth=1', ...options, 'origin', `+refs/heads/${branch}:${TRACKED}`]);
  return {
    look: async (runId): Promise<RemoteView> => {
      await fetch('--filter=blob:none');
      const head = (await git(['rev-parse', TRACKED])).trim();
      const [run, history] = [`${folder}/${runId}`, `${folder}/${HISTORY_JSON}`];
      const there = (await git(['ls-tree', '-z', '--name-only', head, '--', run, history])).split('\0');
      const hasRun = there.includes(run);
      if (hasRun || !there.includes(history)) return { head, hasRun, index: null };
      const show = (): Promise<string> => git(['show', `${head}:${history}`]);
      const index = await show().catch(async (error: unknown) => {
        if (!String(error).includes('unadvertised object')) throw error;
        // A host of git's first protocol gives no single file: everything, then.
        await fetch('--refetch', '--no-filter');
        return show();
      });
      return { head, hasRun, index };
    },
    commit: async (head, files, message): Promise<CommitAnswer> => {
      const tree = await treeWith(git, head, files, workDir);
      const made = (await git(['commit-tree', tree, '-p', head, '-F', '-'], { input: message })).trim();
      const said = await git(['push', '--porcelain', 'origin', `${made}:refs/heads/${branch}`], { accept: [1] });
      // One line per ref: `<flag>\t<from>:<to>\t<summary> (<reason>)`; `!` stands for a refused one.
      const refused = said.split('\n').find((line) => line.startsWith('!'));
      if (refused !== undefined) return { kind: 'moved', why: `git push: ${refused.split('\t').at(-1) ?? refused}` };
      if (!/^Done$/m.test(said))
        throw new RemoteError('REMOTE_UNREACHABLE', `git push: expected Done, got ${JSON.stringify(said)}`);
      return { kind: 'done' };
    },
  };
}

/** The tree of `head` with these files in it. */
async function treeWith(git: Git, head: string, files: readonly RemoteFile[], workDir: string): Promise<string> {
  const env = { GIT_INDEX_FILE: join(workDir, 'index') };
  await git(['read-tree', head], { env });
  const blobs = await blobsOf(git, files, workDir);
  const lines = files.map(({ path }, i) => `100644 ${blobs[i] ?? ''}\t${path}\0`);
  await git(['update-index', '-z', '--index-info'], { env, input: lines.join('') });
  return (await git(['write-tree', '--missing-ok'], { env })).trim();
}

/** Writes every file into the repository by one program; ids in the files' order. */
async function blobsOf(git: Git, files: readonly RemoteFile[], workDir: string): Promise<string[]> {
  const folder = mkdtempSync(join(workDir, 'files-'));
  const paths = files.map(({ content }, i) => {
    const path = join(folder, String(i));
    writeFileSync(path, content);
    return path;
  });
  const ids = await git(['hash-object', '-w', '--no-filters', '--stdin-paths'], { input: `${paths.join('\n')}\n` });
  rmSync(folder, { recursive: true });
  return ids.trim().split('\n');
}
