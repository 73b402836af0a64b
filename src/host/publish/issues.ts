import {
  nextIssueStep,
  type IssueMemory,
  type IssueNews,
  type IssueStep,
  type KnownIssue,
} from '../../domain/issue.js';
import type { PublishSettings } from '../../domain/publish.js';
import { shown } from '../../domain/shape.js';
import { RemoteError } from '../remote/remote-error.js';
import type { PublishContext, Publication } from './contract.js';
import { openGitHub, type GitHubClient } from './github-client.js';
import { waitOrThrow, type Patience } from './push-commit.js';

export interface KeepIssue {
  readonly news: IssueNews;
  readonly publication: Publication;
  readonly patience: Patience;
  readonly body: (memory: IssueMemory) => string;
}

/** Keeps one issue per scenario and cluster in step with what the runs find. */
export interface Issues {
  keep(request: KeepIssue): Promise<void>;
}

interface Place {
  readonly owner: string;
  readonly repo: string;
  readonly label: string;
}

const PAGE_SIZE = 100;
/** Issues of one label: one for each scenario and cluster, so a few. */
const PAGES_LIMIT = 10;

/** Null where the config wants no issues. */
export function openIssues(settings: PublishSettings, context: PublishContext): Issues | null {
  if (settings.issues === null) return null;
  const [owner = '', repo = ''] = settings.issues.repository.split('/');
  const place: Place = { owner, repo, label: settings.issues.label };
  const github = openGitHub(settings, context);
  return {
    keep: async (request) => {
      // Looks again before each attempt: an issue whose reply was lost is found, and not opened twice.
      for (let failures = 1; ; failures += 1) {
        try {
          const known = await knownIssues(github, place, request.publication);
          await take(github, place, nextIssueStep(known, request.news), request);
          return;
        } catch (error) {
          await waitOrThrow(error, failures, request.patience);
        }
      }
    },
  };
}

const hasBody = <T extends { readonly body?: unknown }>(issue: T | null): issue is T & { readonly body: string } =>
  typeof issue?.body === 'string';

async function knownIssues(
  { rest, paginate, call }: GitHubClient,
  place: Place,
  publication: Publication,
): Promise<KnownIssue[]> {
  const { owner, repo, label } = place;
  const wanted = { owner, repo, labels: label, state: 'all', per_page: PAGE_SIZE } as const;
  const issues = await call(`issues of ${owner}/${repo}`, async () => {
    let pages = 0;
    const data = await paginate(rest.issues.listForRepo, wanted, (page, done) => {
      if (!Array.isArray(page.data))
        throw new RemoteError('REMOTE_UNREACHABLE', `GitHub, issues: expected a list, got ${shown(page.data)}`);
      pages += 1;
      if (pages === PAGES_LIMIT) done();
      return page.data;
    });
    return { data };
  });
  return issues.filter(hasBody).flatMap(({ number, state, state_reason, body, pull_request }) => {
    const memory = pull_request === undefined ? publication.issueMemory(body) : undefined;
    return memory === undefined
      ? []
      : [{ number, memory, open: state === 'open', declined: state_reason === 'not_planned' }];
  });
}

/**
 * The issue is found again by its label, and GitHub drops the labels of somebody who may not set any without a word: who may not make the label
 * opens no issue, since that would be a new one with each run.
 */
async function ensureLabel({ rest, call }: GitHubClient, { owner, repo, label }: Place): Promise<void> {
  const description = 'Opened and closed by robustmq-chaos-test';
  try {
    await call(`label ${label} of ${owner}/${repo}`, () =>
      rest.issues.createLabel({ owner, repo, name: label, color: 'd93f0b', description }),
    );
  } catch (error) {
    // 422: it is there.
    if (!(error instanceof RemoteError && error.code === 'REMOTE_REFUSED')) throw error;
  }
}

async function take(
  github: GitHubClient,
  place: Place,
  step: IssueStep,
  { news, publication, body }: KeepIssue,
): Promise<void> {
  if (step.kind === 'nothing') return;
  const { rest, call } = github;
  const { owner, repo, label } = place;
  const text = body(step.memory);
  if (step.kind === 'open') {
    const title = publication.issueTitle(news);
    await ensureLabel(github, place);
    await call('opening an issue', () => rest.issues.create({ owner, repo, title, body: text, labels: [label] }));
    return;
  }
  const state = {
    update: {},
    reopen: { state: 'open', state_reason: 'reopened' },
    close: { state: 'closed', state_reason: 'completed' },
  } as const;
  await call(`issue ${step.number}`, () =>
    rest.issues.update({ owner, repo, issue_number: step.number, body: text, ...state[step.kind] }),
  );
}
