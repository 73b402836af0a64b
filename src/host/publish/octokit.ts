import type { PublishSettings } from '../../domain/publish.js';
import { HISTORY_JSON } from '../../domain/run-files.js';
import { shown } from '../../domain/shape.js';
import { RemoteError } from '../remote/remote-error.js';
import type { CommitAnswer, Publisher, Remote, RemoteFile, RemoteView } from './contract.js';
import { openGitHub, type GitHubClient } from './github-client.js';

/** Text up to this size goes with the tree in one request; anything else is a request of its own, and counts against GitHub's limits. */
const INLINE_LIMIT_BYTES = 256 * 1024;

/** Pushes by GitHub's Git Data API with a token: no git on this host, and no clone. */
export const octokitPublisher: Publisher = {
  via: 'octokit',
  open: (settings, context) => Promise.resolve(remote(settings, openGitHub(settings, context))),
};

interface Place {
  readonly owner: string;
  readonly repo: string;
  readonly branch: string;
  readonly folder: string;
}

function remote(settings: PublishSettings, github: GitHubClient): Remote {
  const [owner = '', repo = ''] = settings.repository.split('/');
  const place: Place = { owner, repo, branch: settings.branch, folder: settings.folder };
  return {
    look: (runId) => look(github, place, runId),
    commit: (head, files, message) => commit(github, place, head, { files, message }),
  };
}

async function look(github: GitHubClient, { owner, repo, branch, folder }: Place, runId: string): Promise<RemoteView> {
  const { rest, call, callOr } = github;
  const branchOf = `branch ${branch} of ${owner}/${repo}`;
  const ref = await call(branchOf, () => rest.git.getRef({ owner, repo, ref: `heads/${branch}` }));
  const head = shaOf(branchOf, () => ref.object.sha);
  const at = (path: string) => ({ owner, repo, ref: head, path: `${folder}/${path}` });
  const run = await callOr(undefined, `${folder}/${runId}`, () => rest.repos.getContent(at(runId)));
  if (run !== undefined && !Array.isArray(run)) throw notGitHubs(`${folder}/${runId}`, 'a folder', run);
  if (run !== undefined) return { head, hasRun: true, index: null };
  // The file itself, whatever the answer calls it: octokit would read JSON, decode text, and leave the rest as bytes.
  const asItIs = { mediaType: { format: 'raw' }, request: { parseSuccessResponseBody: false } };
  const index = await callOr(null, `${folder}/${HISTORY_JSON}`, async () => {
    const { data } = await rest.repos.getContent({ ...at(HISTORY_JSON), ...asItIs });
    return { data: await new Response(data as unknown as ReadableStream).text() };
  });
  return { head, hasRun: false, index };
}

/** A gateway between here and GitHub may answer anything, also with status 200: nothing is concluded from that. */
const notGitHubs = (what: string, expected: string, got: unknown): RemoteError =>
  new RemoteError('REMOTE_UNREACHABLE', `GitHub, ${what}: expected ${expected}, got ${shown(got)}`);

/** The hash in an answer, whose form nobody has checked. */
function shaOf(what: string, read: () => unknown): string {
  let sha: unknown;
  try {
    sha = read();
  } catch {
    // Said below.
  }
  if (typeof sha !== 'string' || !/^[0-9a-f]{40,64}$/.test(sha)) throw notGitHubs(what, 'a hash', sha);
  return sha;
}

async function commit(
  github: GitHubClient,
  { owner, repo, branch }: Place,
  head: string,
  { files, message }: { readonly files: readonly RemoteFile[]; readonly message: string },
): Promise<CommitAnswer> {
  const { rest, call } = github;
  const base = await call(`commit ${head}`, () => rest.git.getCommit({ owner, repo, commit_sha: head }));
  const baseTree = shaOf(`commit ${head}`, () => base.tree.sha);
  const entries: TreeEntry[] = [];
  for (const file of files) entries.push(await treeEntry(github, owner, repo, file));
  const tree = await call('making a tree', () =>
    rest.git.createTree({ owner, repo, base_tree: baseTree, tree: entries }),
  );
  const treeSha = shaOf('making a tree', () => tree.sha);
  const made = await call('making a commit', () =>
    rest.git.createCommit({ owner, repo, message, tree: treeSha, parents: [head] }),
  );
  const sha = shaOf('making a commit', () => made.sha);
  try {
    const moved = await call(`moving ${branch}`, () =>
      rest.git.updateRef({ owner, repo, ref: `heads/${branch}`, sha, force: false }),
    );
    if (shaOf(`moving ${branch}`, () => moved.object.sha) === sha) return { kind: 'done' };
    return { kind: 'moved', why: `GitHub, moving ${branch}: it points elsewhere` };
  } catch (error) {
    // 409 and 422 stand for a moved head as well as for a rule against the push: the caller looks at the head again.
    if (error instanceof RemoteError && error.code === 'REMOTE_REFUSED') return { kind: 'moved', why: error.message };
    throw error;
  }
}

interface TreeEntry {
  path: string;
  mode: '100644';
  type: 'blob';
  sha?: string;
  content?: string;
}

async function treeEntry(
  { rest, call }: GitHubClient,
  owner: string,
  repo: string,
  { path, content }: RemoteFile,
): Promise<TreeEntry> {
  const entry = { path, mode: '100644', type: 'blob' } as const;
  const text = content.length <= INLINE_LIMIT_BYTES ? content.toString('utf8') : null;
  if (text !== null && Buffer.from(text).equals(content)) return { ...entry, content: text };
  const blob = await call(`sending ${path}`, () =>
    rest.git.createBlob({ owner, repo, content: content.toString('base64'), encoding: 'base64' }),
  );
  return { ...entry, sha: shaOf(`sending ${path}`, () => blob.sha) };
}
