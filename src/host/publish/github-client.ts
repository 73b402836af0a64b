import { Octokit } from '@octokit/core';
import { paginateRest } from '@octokit/plugin-paginate-rest';
import { restEndpointMethods } from '@octokit/plugin-rest-endpoint-methods';
import { RequestError } from '@octokit/request-error';
import type { PublishSettings } from '../../domain/publish.js';
import type { ErrorCode } from '../../domain/errors.js';
import { fetchOutside, type RequestInit, type Response } from '../os/http.js';
import { RemoteError } from '../remote/remote-error.js';
import { readSecret, redact } from '../remote/secrets.js';
import type { PublishContext } from './contract.js';

/**
 * Without octokit's plugins `retry` and `throttling`: they wait and repeat inside of a request, up to the hour of a rate limit, where neither a
 * cancellation nor the patience of a publication ends it, and send a request again whose reply was lost. Here each failure goes to the caller, who looks
 * first whether the work was done after all (push-commit.ts, issues.ts). The times are the plugins' own: what the headers say, or a minute.
 */
const GitHub = Octokit.plugin(restEndpointMethods, paginateRest);

/** GitHub's REST API with every failure as a `RemoteError`, in which the token does not show. */
export interface GitHubClient {
  readonly rest: InstanceType<typeof GitHub>['rest'];
  /** Follows a list from page to page; its requests are for `call`, like all others. */
  readonly paginate: InstanceType<typeof GitHub>['paginate'];
  /** Runs one request; the value for an answer with status 404 is given by `absent`, which else is an error. */
  readonly call: <T>(what: string, request: () => Promise<{ data: T }>) => Promise<T>;
  readonly callOr: <T, A>(absent: A, what: string, request: () => Promise<{ data: T }>) => Promise<T | A>;
}

export function openGitHub(
  settings: PublishSettings,
  { signal, timeoutMs }: Pick<PublishContext, 'signal' | 'timeoutMs'>,
): GitHubClient {
  const token = readSecret(settings.token, 'GitHub token');
  const limited = (url: string, init?: RequestInit): Promise<Response> => {
    const limits = [AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])];
    return fetchOutside(url, { ...init, signal: AbortSignal.any(limits) });
  };
  const octokit = new GitHub({
    auth: token,
    baseUrl: settings.apiUrl,
    userAgent: 'robustmq-chaos-test',
    request: { fetch: limited },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const callOr: GitHubClient['callOr'] = async (absent, what, request) => {
    try {
      return (await request()).data;
    } catch (error) {
      if (signal?.aborted === true) throw error;
      if (absent !== NOT_EXPECTED && error instanceof RequestError && error.status === 404) return absent;
      throw asRemoteError(what, error, token, timeoutMs);
    }
  };
  return {
    rest: octokit.rest,
    paginate: octokit.paginate,
    callOr,
    call: async <T>(what: string, request: () => Promise<{ data: T }>) =>
      (await callOr<T, typeof NOT_EXPECTED>(NOT_EXPECTED, what, request)) as T,
  };
}

const NOT_EXPECTED = Symbol('404 is an error');

function asRemoteError(what: string, error: unknown, token: string, timeoutMs: number): RemoteError {
  if (error instanceof RemoteError) return error;
  if (!(error instanceof RequestError) || error.response === undefined) {
    return new RemoteError('REMOTE_UNREACHABLE', `GitHub, ${what}: ${redact(reasonOf(error, timeoutMs), [token])}`);
  }
  const text = `GitHub, ${what}: status ${error.status}, ${redact(error.message, [token])}`;
  const retryAfterMs = waitOf(error);
  if (retryAfterMs !== null) {
    return new RemoteError(
      'REMOTE_RATE_LIMITED',
      `${text} (asks for ${Math.ceil(retryAfterMs / 1000)} s)`,
      retryAfterMs,
    );
  }
  return new RemoteError(codeOf(error), text);
}

/** A connection that broke has its reason one or two causes deep. */
function reasonOf(error: unknown, timeoutMs: number): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
    if (at.cause === undefined) return (at as NodeJS.ErrnoException).code ?? at.message;
  }
  return String(error);
}

function codeOf({ status, message }: RequestError): ErrorCode {
  if (status === 409 && /empty/i.test(message)) return 'REMOTE_MISSING';
  if (status >= 500 || status === 408) return 'REMOTE_UNREACHABLE';
  if (status === 401 || status === 403) return 'REMOTE_DENIED';
  return status === 404 || status === 410 ? 'REMOTE_MISSING' : 'REMOTE_REFUSED';
}

/** How long GitHub wants no further request; null where it set no such limit. */
function waitOf({ status, message, response }: RequestError): number | null {
  if (status !== 403 && status !== 429) return null;
  const header = (name: string): number => Number(response?.headers[name] ?? NaN);
  const seconds = header('retry-after');
  if (Number.isFinite(seconds)) return seconds * 1000;
  const resetMs = header('x-ratelimit-reset') * 1000 - Date.now();
  if (header('x-ratelimit-remaining') === 0 && Number.isFinite(resetMs)) return Math.max(resetMs, 1000);
  // A secondary limit without a time: GitHub asks for a minute at least. Some answers say it in words alone.
  return status === 429 || /rate limit|abuse detection/i.test(message) ? 60_000 : null;
}
