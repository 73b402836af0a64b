import { Client, Connection } from '@temporalio/client';
import type { toClientOptions } from '@temporalio/envconfig';
import { ChaosError, messageOf } from '../domain/errors.js';
import { runningServer } from '../host/temporal/server.js';
import { dataConverter } from './data-converter.js';
import { temporalEnvironment } from './environment.js';
import { clientWay } from './proxy.js';
import { refusalIn } from './refusal.js';

/** Where Temporal is, and whether it is ours. */
export interface TemporalPlace {
  readonly address: string;
  readonly namespace: string;
  /** `embedded`: the server of this data folder. `outside`: named by Temporal's own environment variables or config file. */
  readonly kind: 'embedded' | 'outside';
  readonly uiUrl: string | null;
  /** TLS, API key and so on, as `@temporalio/envconfig` read them. */
  readonly options: ReturnType<typeof toClientOptions>['connectionOptions'];
}

/** The server that Temporal's usual environment (`TEMPORAL_ADDRESS`, `TEMPORAL_PROFILE`, temporal.toml) names; undefined if it names none. */
export function outsideServer(): TemporalPlace | undefined {
  const { connectionOptions, namespace } = temporalEnvironment();
  const { address } = connectionOptions;
  if (address === undefined) return undefined;
  return { address, namespace: namespace ?? 'default', kind: 'outside', uiUrl: null, options: connectionOptions };
}

/** The embedded server, if it runs. */
export function embeddedServer(dataRoot: string): TemporalPlace | undefined {
  const state = runningServer(dataRoot);
  if (state === undefined) return undefined;
  const address = `127.0.0.1:${state.port}`;
  const uiUrl = `http://127.0.0.1:${state.uiPort}`;
  return { address, namespace: 'default', kind: 'embedded', uiUrl, options: { address } };
}

/** The place to connect to, without starting anything. */
export const findPlace = (dataRoot: string): TemporalPlace | undefined => outsideServer() ?? embeddedServer(dataRoot);

/** Rejects with PREFLIGHT_FAILED, which says by which way the server was asked. */
export async function connectClient(place: TemporalPlace): Promise<Client> {
  try {
    const connection = await Connection.connect({
      ...place.options,
      ...clientWay(place.address),
      connectTimeout: 5000,
    });
    return new Client({ connection, namespace: place.namespace, dataConverter });
  } catch (error) {
    throw new ChaosError(
      'PREFLIGHT_FAILED',
      `expected a Temporal server at ${wayTo(place)}, got ${refusalIn(error) ?? messageOf(error)}`,
    );
  }
}

/** Address and security of a server, without a secret. */
export function wayTo({ address, options: { tls, apiKey } }: TemporalPlace): string {
  const certificate = typeof tls === 'object' && tls?.clientCertPair != null;
  const security = [
    tls == null || tls === false ? 'without TLS' : `by TLS${certificate ? ' with a client certificate' : ''}`,
    ...(apiKey === undefined ? [] : ['with an API key']),
  ];
  return `${address} (${security.join(', ')})`;
}

/** Connects to the server that runs; the error of a command that needs one says how to start it. */
export async function requireTemporal(
  dataRoot: string,
): Promise<{ readonly place: TemporalPlace; readonly client: Client }> {
  const place = findPlace(dataRoot);
  if (place === undefined) {
    throw new ChaosError('PREFLIGHT_FAILED', 'Temporal does not run here; start it with: robustmq-chaos dev');
  }
  return { place, client: await connectClient(place) };
}

/** Page of a workflow in the Web UI. */
export const workflowUrl = (place: TemporalPlace, workflowId: string): string | null =>
  place.uiUrl && `${place.uiUrl}/namespaces/${place.namespace}/workflows/${encodeURIComponent(workflowId)}`;
