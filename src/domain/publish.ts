/** Where a secret comes from: the file if one is named, else the environment variable. Never the secret itself. */
export interface SecretSource {
  readonly env: string;
  /** Absolute path. */
  readonly file: string | null;
}

/** How a run's reports get to a Git host, resolved from the config: nothing in it is secret. */
export interface PublishSettings {
  readonly via: 'octokit' | 'deploy-key';
  /** `owner/name`. */
  readonly repository: string;
  readonly branch: string;
  /** Folder in the repository that holds one folder per run, and the history. */
  readonly folder: string;
  /** Push the ledgers of all clients, too: megabytes for each run. */
  readonly ledgers: boolean;
  /** REST API, e.g. `https://api.github.com`; and where people read, e.g. `https://github.com`. */
  readonly apiUrl: string;
  readonly webUrl: string;
  readonly token: SecretSource;
  readonly deployKey: DeployKeySettings | null;
  readonly issues: IssueSettings | null;
}

export interface DeployKeySettings {
  /** What git pushes to, by SSH. */
  readonly remote: string;
  /** Absolute paths. Without a known-hosts file only github.com is known, by its published keys. */
  readonly keyFile: string;
  readonly knownHostsFile: string | null;
}

/** Where an issue for each failing scenario is kept. */
export interface IssueSettings {
  /** `owner/name`. */
  readonly repository: string;
  readonly label: string;
}

/** The file `publication.json` of a run that is to be published: what became of it, as of the last attempt. */
export interface PublicationRecord {
  readonly github_url: string | null;
  readonly push_error: string | null;
  /** The report is pushed, but the issues of its scenarios could not be brought up to date. */
  readonly issue_error: string | null;
  readonly at: string;
}

/** What publishing a run came to. All null where nothing is configured: the reports are on the host alone. */
export interface PublishAnswer {
  readonly githubUrl: string | null;
  readonly pushError: string | null;
  readonly issueError: string | null;
}
