import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer, Call, Route } from './route.js';
import type { Repository, TreeEntry } from './repository.js';

const repo = '/repos/{owner}/{repo}';
const json = (status: number, body: unknown): Answer => ({ status, body });
const refuse = (status: number, message: string): Answer =>
  json(status, { message, documentation_url: 'https://docs.github.com/rest', status: String(status) });

/** The Git Data API and the contents API over a real repository. */
export const gitRoutes = (repository: Repository, url: () => string): Route[] => {
  const { git, gitDir, addFiles } = repository;
  const exists = (sha: string, type: string): boolean => {
    try {
      return git(['cat-file', '-t', sha]).trim() === type;
    } catch {
      return false;
    }
  };
  const links = (sha: string, kind: string) => ({ sha, url: `${url()}/git/${kind}/${sha}` });
  const commitBody = (sha: string): unknown => {
    const [tree = '', parents = '', message = ''] = git(['show', '-s', '--format=%T%x00%P%x00%B', sha]).split('\0');
    const person = { name: 'reporter', email: 'reporter@localhost', date: '2026-11-22T00:00:00Z' };
    return {
      ...links(sha, 'commits'),
      node_id: sha,
      html_url: `${url()}/commit/${sha}`,
      author: person,
      committer: person,
      message,
      tree: links(tree, 'trees'),
      parents: parents
        .split(' ')
        .filter(Boolean)
        .map((parent) => ({ ...links(parent, 'commits'), html_url: `${url()}/commit/${parent}` })),
      verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
    };
  };
  const refBody = (ref: string, sha: string): unknown => ({
    ref: `refs/${ref}`,
    node_id: ref,
    url: `${url()}/git/refs/${ref}`,
    object: { type: 'commit', ...links(sha, 'commits') },
  });
  const headOf = (ref: string): string => git(['for-each-ref', '--format=%(objectname)', `refs/${ref}`]).trim();

  return [
    {
      method: 'get',
      template: `${repo}/git/ref/{ref}`,
      answer: ({ params }) => {
        const sha = headOf(params['ref']!);
        return sha === '' ? refuse(404, 'Not Found') : json(200, refBody(params['ref']!, sha));
      },
    },
    {
      method: 'get',
      template: `${repo}/git/commits/{commit_sha}`,
      answer: ({ params }) => json(200, commitBody(params['commit_sha']!)),
    },
    { method: 'get', template: `${repo}/contents/{path}`, answer: (call) => contents(repository, call, url()) },
    {
      method: 'post',
      template: `${repo}/git/blobs`,
      answer: ({ body }) => {
        const { content, encoding } = body as { content: string; encoding: BufferEncoding };
        const sha = git(['hash-object', '-w', '--stdin'], { input: Buffer.from(content, encoding) }).trim();
        return json(201, links(sha, 'blobs'));
      },
    },
    {
      method: 'post',
      template: `${repo}/git/trees`,
      answer: ({ body }) => {
        const { base_tree, tree } = body as { base_tree: string; tree: (TreeEntry & { content?: string })[] };
        if (!exists(base_tree, 'tree')) return refuse(422, 'base_tree is not a valid tree oid');
        const entries = tree.map(({ content, sha, ...entry }) => ({
          ...entry,
          sha: content === undefined ? sha : git(['hash-object', '-w', '--stdin'], { input: content }).trim(),
        }));
        if (entries.some(({ sha }) => !exists(sha, 'blob'))) return refuse(422, 'tree.sha is not a valid blob');
        const made = addFiles(base_tree, entries);
        return json(201, { ...links(made, 'trees'), truncated: false, tree: [] });
      },
    },
    {
      method: 'post',
      template: `${repo}/git/commits`,
      answer: ({ body }) => {
        const { message, tree, parents } = body as { message: string; tree: string; parents: string[] };
        const from = parents.flatMap((parent) => ['-p', parent]);
        return json(201, commitBody(git(['commit-tree', tree, ...from, '-F', '-'], { input: message }).trim()));
      },
    },
    {
      method: 'patch',
      template: `${repo}/git/refs/{ref}`,
      answer: ({ params, body }) => {
        const { sha, force } = body as { sha: string; force?: boolean };
        const ref = params['ref']!;
        const fast = git(['merge-base', headOf(ref), sha]).trim() === headOf(ref);
        if (!fast && force !== true) return refuse(422, 'Update is not a fast forward');
        git(['update-ref', `refs/${ref}`, sha]);
        rmSync(join(gitDir, 'index'), { force: true });
        return json(200, refBody(ref, sha));
      },
    },
  ];
};

function contents({ git }: Repository, { params, query, accept }: Call, url: string): Answer {
  const path = params['path']!;
  const listed = git(['ls-tree', query.get('ref') ?? 'main', '--', path]).trim();
  if (listed === '') return refuse(404, 'Not Found');
  const [, type = '', sha = ''] = /^\d+ (\w+) (\w+)\t/.exec(listed) ?? [];
  const entry = (name: string, kind: 'file' | 'dir', of: string, size: number) => ({
    ...{ type: kind, size, name, path: kind === 'file' ? `${path}/${name}` : path, sha: of },
    ...{ url: `${url}/contents/${path}`, git_url: `${url}/git/${of}`, html_url: `${url}/blob/${path}` },
    download_url: null,
    _links: { self: `${url}/contents/${path}`, git: `${url}/git/${of}`, html: `${url}/blob/${path}` },
  });
  if (type === 'tree') {
    const rows = git(['ls-tree', sha]).trim().split('\n');
    return json(
      200,
      rows.map((row) => entry(row.split('\t')[1] ?? '', 'file', row.split(/\s/)[2] ?? '', 1)),
    );
  }
  const text = git(['cat-file', 'blob', sha]);
  if (accept.includes('raw')) return { status: 200, text };
  const content = Buffer.from(text).toString('base64');
  return json(200, { ...entry(path, 'file', sha, text.length), content, encoding: 'base64' });
}
