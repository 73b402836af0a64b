/** One call of GitHub's API, as a stand-in's routes see it. */
export interface Call {
  readonly method: string;
  readonly template: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly body: unknown;
}

/** JSON, or the raw text of a file. */
export type Answer =
  | { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly status: number; readonly text: string; readonly type?: string };

export interface Route {
  readonly method: 'get' | 'post' | 'patch';
  readonly template: string;
  readonly answer: (call: Call) => Answer;
}
