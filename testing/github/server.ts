import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerProblems, requestProblems } from './description.js';
import { gitRoutes } from './git-data.js';
import { issueRoutes, type StoredIssue } from './issue-store.js';
import type { Repository } from './repository.js';
import type { Answer, Call, Route } from './route.js';

/** What goes wrong with a call: another answer, none at all, a connection that breaks before or after the work is done. */
export type Trouble = Answer | 'silence' | 'break' | 'lose reply';

export interface GitHubServer {
  readonly url: string;
  readonly token: string;
  readonly issues: StoredIssue[];
  /** Calls so far, e.g. `patch /repos/{owner}/{repo}/git/refs/{ref}`. */
  readonly calls: string[];
  /** Whatever GitHub's description says against a request, or against an answer of this server. */
  readonly problems: string[];
  /** Consulted at each call, with how often this operation was called, from 1. */
  trouble: ((call: Call, nth: number) => Trouble | undefined) | undefined;
  readonly close: () => Promise<void>;
}

/** Stands for GitHub's REST API, over a real repository. */
export async function startGitHub(repository: Repository): Promise<GitHubServer> {
  const issues: StoredIssue[] = [];
  let url = '';
  const routes = [...gitRoutes(repository, () => url), ...issueRoutes(issues, () => url)];
  const held = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    void serve(request, response);
  });
  const state: GitHubServer = {
    ...{ url, token: 'ghp_plantedTokenOfThisTest0123456789abcd', issues, calls: [], problems: [], trouble: undefined },
    close: async () => {
      for (const response of held) response.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await read(request, routes);
    if (typeof call === 'string') {
      state.problems.push(call);
      send(response, { status: 404, body: { message: 'Not Found' } });
      return;
    }
    const name = `${call.method} ${call.template}`;
    state.calls.push(name);
    state.problems.push(...requestProblems(call, call).map((problem) => `${name}: ${problem}`));
    const trouble = state.trouble?.(call, state.calls.filter((other) => other === name).length);
    if (trouble === 'silence') return void held.add(response);
    if (trouble === 'break') return void request.socket.destroy();
    const denied = request.headers.authorization !== `token ${state.token}`;
    const answer =
      trouble !== undefined && trouble !== 'lose reply'
        ? trouble
        : denied
          ? { status: 401, body: { message: `Bad credentials: ${request.headers.authorization ?? 'none'}` } }
          : work(call);
    if (trouble === 'lose reply') return void request.socket.destroy();
    if (trouble === undefined && !denied && 'body' in answer)
      state.problems.push(...answerProblems(call, answer.status, answer.body));
    send(response, answer);
  }

  const work = (call: Call): Answer => {
    const route = routes.find(({ method, template }) => method === call.method && template === call.template);
    if (route === undefined) throw new Error(`no route for ${call.template}`);
    return route.answer(call);
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(state, { url });
}

/** The call that a request makes, or what is wrong with it. */
async function read(request: IncomingMessage, routes: readonly Route[]): Promise<Call | string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
  const method = (request.method ?? '').toLowerCase();
  const accept = request.headers.accept ?? '';
  const found = routes
    .filter((route) => route.method === method)
    .map(({ template }) => ({ template, params: match(template, decodeURIComponent(pathname)) }))
    .find(({ params }) => params !== undefined);
  if (found?.params === undefined) return `${method} ${pathname}: nothing that this server knows`;
  if (!accept.startsWith('application/vnd.github')) return `${method} ${pathname}: accepts ${accept}`;
  // GitHub refuses a request without one.
  if (request.headers['user-agent'] === undefined) return `${method} ${pathname}: no user agent`;
  const text = Buffer.concat(chunks).toString();
  const body = text === '' ? undefined : (JSON.parse(text) as unknown);
  return { method, template: found.template, params: found.params, query, accept, body };
}

/** The last parameter of a template may hold slashes: a path, or a ref. */
function match(template: string, path: string): Record<string, string> | undefined {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const greedy = ['path', 'ref'];
  const pattern = template.replace(/\{(\w+)\}/g, (_, name: string) => (greedy.includes(name) ? '(.+)' : '([^/]+)'));
  const values = new RegExp(`^${pattern}$`).exec(path);
  return values === null ? undefined : Object.fromEntries(names.map((name, i) => [name, values[i + 1] ?? '']));
}

function send(response: ServerResponse, answer: Answer): void {
  const headers = 'body' in answer ? answer.headers : {};
  const raw =
    'text' in answer && answer.type !== undefined ? answer.type : 'application/vnd.github.raw+json; charset=utf-8';
  const type = 'body' in answer ? 'application/json; charset=utf-8' : raw;
  response.writeHead(answer.status, { 'content-type': type, ...headers });
  response.end('body' in answer ? JSON.stringify(answer.body) : answer.text);
}
