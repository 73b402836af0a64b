import type { Route } from './route.js';

export interface StoredIssue {
  readonly number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  state_reason: 'completed' | 'not_planned' | 'reopened' | null;
  readonly labels: readonly string[];
}

const person = 'https://github.com/reporter';
const user = {
  ...{ login: 'reporter', id: 1, node_id: 'U1', avatar_url: person, gravatar_id: '', url: person, html_url: person },
  ...{ followers_url: person, following_url: person, gists_url: person, starred_url: person },
  ...{ subscriptions_url: person, organizations_url: person, repos_url: person, events_url: person },
  ...{ received_events_url: person, type: 'User', site_admin: false },
};

const full = (issue: StoredIssue, url: string): unknown => ({
  ...issue,
  labels: issue.labels.map((name, id) => ({ id, name, color: 'ededed', default: false })),
  ...{ id: issue.number, node_id: `I${issue.number}`, user, assignee: null, milestone: null, locked: false },
  ...{ comments: 0, created_at: '2026-11-22T00:00:00Z', updated_at: '2026-11-22T00:00:00Z' },
  closed_at: issue.state === 'closed' ? '2026-11-22T00:00:00Z' : null,
  ...{ url, html_url: url, comments_url: url, events_url: url, labels_url: url, repository_url: url },
  author_association: 'OWNER',
});

/** Issues of one repository, kept in `issues`. */
export const issueRoutes = (issues: StoredIssue[], url: () => string): Route[] => [
  {
    method: 'get',
    template: '/repos/{owner}/{repo}/issues',
    answer: ({ params, query }) => {
      const size = Number(query.get('per_page') ?? 30);
      const page = Number(query.get('page') ?? 1);
      const from = (page - 1) * size;
      const wanted = issues
        .filter(({ state }) => query.get('state') === 'all' || state === (query.get('state') ?? 'open'))
        .filter(({ labels }) => query.get('labels') === null || labels.includes(query.get('labels')!))
        .toSorted((a, b) => b.number - a.number);
      const next = new URL(`${url()}/repos/${params['owner']}/${params['repo']}/issues?${query.toString()}`);
      next.searchParams.set('page', String(page + 1));
      return {
        status: 200,
        body: wanted.slice(from, from + size).map((issue) => full(issue, url())),
        headers: from + size < wanted.length ? { link: `<${next.href}>; rel="next"` } : {},
      };
    },
  },
  {
    method: 'post',
    template: '/repos/{owner}/{repo}/issues',
    answer: ({ body }) => {
      const { title, body: text, labels } = body as { title: string; body: string; labels: string[] };
      const made: StoredIssue = {
        ...{ number: issues.length + 1, title, body: text },
        ...{ state: 'open', state_reason: null, labels },
      };
      issues.push(made);
      return { status: 201, body: full(made, url()) };
    },
  },
  {
    method: 'patch',
    template: '/repos/{owner}/{repo}/issues/{issue_number}',
    answer: ({ params, body }) => {
      const issue = issues.find(({ number }) => String(number) === params['issue_number']);
      if (issue === undefined) return { status: 404, body: { message: 'Not Found' } };
      Object.assign(issue, body);
      return { status: 200, body: full(issue, url()) };
    },
  },
  {
    method: 'post',
    template: '/repos/{owner}/{repo}/labels',
    answer: ({ body }) => {
      const { name, color, description } = body as { name: string; color: string; description: string };
      if (issues.some(({ labels }) => labels.includes(name))) {
        const errors = [{ resource: 'Label', code: 'already_exists', field: 'name' }];
        return { status: 422, body: { message: 'Validation Failed', errors, documentation_url: person } };
      }
      return { status: 201, body: { id: 1, node_id: 'L1', url: url(), name, description, color, default: false } };
    },
  },
];
