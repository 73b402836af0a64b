import { DefaultLogger, Runtime, type RuntimeOptions } from '@temporalio/worker';
import { messageOf } from '../domain/errors.js';
import type { MetricsAddress } from '../domain/metrics.js';
import { fetchHere } from '../host/os/http.js';
import { freePorts, saysPortTaken } from '../host/os/ports.js';

const TRIES = 5;
const ANSWER_LIMIT_MS = 2000;

/** As Prometheus names things: seconds, and `_total` for what only goes up. */
const NAMES = { countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true } as const;

function install(metrics: NonNullable<RuntimeOptions['telemetryOptions']>['metrics']): void {
  const logging = { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } as const;
  Runtime.install({ logger: new DefaultLogger('WARN'), telemetryOptions: { logging, ...(metrics && { metrics }) } });
}

/**
 * Installs the one runtime of Temporal's library in this process. If the worker serves metrics (`at`), the library has a loopback port of its own for its metrics, and
 * what is returned reads them there: so all of them are to be had at one address. Where they cannot be read, the text is a comment that says why.
 */
export function installRuntime(
  at: Pick<MetricsAddress, 'port'> | undefined,
  portsNow = freePorts,
): () => Promise<string> {
  if (at === undefined) {
    install(undefined);
    return async () => '';
  }
  for (let tries = 1; ; tries += 1) {
    const bindAddress = `127.0.0.1:${portsNow(2).find((port) => port !== at.port)}`;
    try {
      install({ prometheus: { bindAddress, ...NAMES } });
      return () => textFrom(`http://${bindAddress}/metrics`);
    } catch (error) {
      if (saysPortTaken(messageOf(error)) && tries < TRIES) continue;
      install(undefined);
      return async () => withoutMetrics(error);
    }
  }
}

const withoutMetrics = (error: unknown): string =>
  `# no metrics of Temporal's library: ${messageOf(error).replaceAll('\n', ' ')}\n`;

async function textFrom(url: string): Promise<string> {
  try {
    const answer = await fetchHere(url, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    return await answer.text();
  } catch (error) {
    // "fetch failed" says nothing; its cause does.
    return withoutMetrics((error as Error).cause ?? error);
  }
}
