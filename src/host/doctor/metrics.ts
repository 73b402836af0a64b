import type { MetricsAddress } from '../../domain/metrics.js';
import { serveHttp, SERVER_NAME, whyNotServed } from '../os/http-server.js';
import { fetchHere } from '../os/http.js';
import { isListening } from '../os/ports.js';
import type { Ability } from './machine.js';

const ANSWER_LIMIT_MS = 2000;

/** Can a worker serve its metrics at this address, or does one do so already? The port itself is not taken, not even for a moment: a worker may just be starting. */
export async function metricsAbility(at: MetricsAddress | undefined): Promise<Ability> {
  const name = 'metrics';
  if (at === undefined) return { name, ok: false, needed: false, detail: 'off: worker.metrics is not set' };
  const url = `http://${at.text}/metrics`;
  if (await isServed(url)) return { name, ok: true, needed: true, detail: `a worker serves ${url}` };
  const error = await problemAt(at);
  if (error === undefined) return { name, ok: true, needed: true, detail: `a worker would serve ${url}` };
  const detail = `${whyNotServed(at, error)}: a worker would go on without metrics; free it, or change worker.metrics`;
  return { name, ok: false, needed: true, detail };
}

const isServed = (url: string): Promise<boolean> =>
  fetchHere(url, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) }).then(
    async (answer) => {
      await answer.body?.cancel();
      return answer.ok && answer.headers.get('server') === SERVER_NAME;
    },
    () => false,
  );

async function problemAt({ host, port }: MetricsAddress): Promise<unknown> {
  if (await isListening(port, host)) return Object.assign(new Error('in use'), { code: 'EADDRINUSE' });
  try {
    const anyPort = await serveHttp(() => undefined, { host, port: 0 });
    await anyPort.close();
    return undefined;
  } catch (error) {
    return error;
  }
}
