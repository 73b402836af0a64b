import type { IssueNews, IssueMemory } from '../../domain/issue.js';
import type { PublishSettings } from '../../domain/publish.js';
import type { ReportFile } from '../../domain/report-data.js';

/** One file in the repository; the path is relative to its root, with `/`. */
export interface RemoteFile {
  readonly path: string;
  readonly content: Buffer;
}

/** The branch as it is now. */
export interface RemoteView {
  /** Commit that the branch points to. */
  readonly head: string;
  /** Files of this run lie there already. */
  readonly hasRun: boolean;
  /** Text of the history's `index.json`; null if there is none yet. */
  readonly index: string | null;
}

export type CommitAnswer = { readonly kind: 'done' } | { readonly kind: 'moved'; readonly why: string };

/** A branch of a repository elsewhere. Every call throws a `RemoteError` for what went wrong outside. */
export interface Remote {
  look(runId: string): Promise<RemoteView>;
  /** One commit with these files on top of `head`, and the branch moved to it; `moved` if the branch is elsewhere by now. */
  commit(head: string, files: readonly RemoteFile[], message: string): Promise<CommitAnswer>;
}

/** What a publisher may use while it works. */
export interface PublishContext {
  /** A folder of its own, empty at first, removed afterwards. */
  readonly workDir: string;
  readonly signal: AbortSignal | undefined;
  /** A request or program that takes longer is given up. */
  readonly timeoutMs: number;
}

/** One way to a Git host. Opening reads the secrets and checks them as far as that needs no network. */
export interface Publisher {
  readonly via: PublishSettings['via'];
  open(settings: PublishSettings, context: PublishContext): Promise<Remote>;
}

/** What is published and how it reads: given by src/report, which this room does not know. */
export interface Publication {
  /** Of the paths in a run's folder (relative, with `/`), those to publish. */
  readonly files: (paths: readonly string[], ledgers: boolean) => readonly string[];
  /** The page that people are sent to, among a run's files. */
  readonly pageFile: string;
  /** The history with this run in it, as files beside the runs' folders. `index` is the one that lies there. */
  readonly history: (index: string | null, report: ReportFile) => readonly { path: string; text: string }[];
  readonly commitMessage: (report: ReportFile) => string;
  readonly issueTitle: (news: IssueNews) => string;
  readonly issueBody: (report: ReportFile, memory: IssueMemory, url: string) => string;
  /** What an issue's text remembers; undefined if it is no issue of this program. */
  readonly issueMemory: (body: string) => IssueMemory | undefined;
}
