import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { ChaosError } from '../domain/errors.js';
import { runningServer } from '../host/temporal/server.js';
import { dataConverter } from './data-converter.js';
import { clientWay } from './proxy.js';

/** Where Temporal is, and whether it is ours. */
export interface TemporalPlace {
  readonly address: string;
  readonly namespace: string;
  /** `embedded`: the server of this data folder. `outside`: named by Temporal's own environment variables or config file. */
  readonly kind: 'embedded' | 'outside';
  readonly uiUrl: string | null;
  /** TLS, API key and so on, as `@temporalio/envconfig` read them. */
  readonly options: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
}

/** The server that Temporal's usual environment (`TEMPORAL_ADDRESS`, `TEMPORAL_PROFILE`, temporal.toml) names; undefined if it names none. */
export function outsideServer(): TemporalPlace | undefined {
  const { connectionOptions, namespace } = loadClientConnectConfig();
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

export async function connectClient(place: TemporalPlace): Promise<Client> {
  const connection = await Connection.connect({
    ...place.options,
    ...clientWay(place.address),
    connectTimeout: 5000,
  });
  return new Client({ connection, namespace: place.namespace, dataConverter });
}

/** Connects to the server that runs; the error of a command that needs one says how to start it. */
export async function requireTemporal(
  dataRoot: string,
): Promise<{ readonly place: TemporalPlace; readonly client: Client }> {
  const place = findPlace(dataRoot);
  if (place === undefined) {
    throw new ChaosError('PREFLIGHT_FAILED', 'Temporal does not run here; start it with: robustmq-chaos dev');
  }
  try {
    return { place, client: await connectClient(place) };
  } catch (error) {
    throw new ChaosError('PREFLIGHT_FAILED', `expected a Temporal server at ${place.address}, got ${String(error)}`);
  }
}

/** Page of a workflow in the Web UI. */
export const workflowUrl = (place: TemporalPlace, workflowId: string): string | null =>
  place.uiUrl && `${place.uiUrl}/namespaces/${place.namespace}/workflows/${encodeURIComponent(workflowId)}`;
