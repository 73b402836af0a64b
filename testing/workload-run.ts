import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { MqttVersion } from '../src/domain/mqtt.js';
import { parseEventLedger, type EventLedger } from './event-ledger.js';
import type { TestCluster } from './nats-cluster.js';
import { scriptOf, sdkNames, startClient, type ClientRun, type RunningClient } from './sdk-client.js';
import { tapInto, type CutAfter, type Wiretap } from './wiretap.js';

export const scriptFor = (sdk: string, workload: string, root?: string): string =>
  scriptOf(sdk, root).replace('basic-pubsub', workload);

/** The clients that have a workload of contract version 2. */
export const sdksWith = (workload: string): string[] => sdkNames.filter((sdk) => existsSync(scriptFor(sdk, workload)));

/** The clients that have workloads of contract version 2. */
export const sdksWithWorkloads: readonly string[] = sdksWith('qos-mix');

export interface WorkloadRun {
  readonly run: ClientRun;
  /** The last line. */
  readonly line: Readonly<Record<string, unknown>>;
  readonly ledger: EventLedger;
  readonly tap: Wiretap;
}

export interface WorkloadRequest {
  readonly cluster: TestCluster;
  /** Everything of the client goes here. */
  readonly folder: string;
  readonly version: MqttVersion;
  readonly environment: Readonly<Record<string, string>>;
  readonly cutAfter?: CutAfter;
  readonly meanwhile?: (client: RunningClient, tap: Wiretap) => Promise<void>;
}

/** One workload against a real broker, through two taps that read every packet on the way. */
export async function runTapped(sdk: string, workload: string, request: WorkloadRequest): Promise<WorkloadRun> {
  const { cluster, folder, version, environment, cutAfter, meanwhile } = request;
  const { endpoints, username, password } = cluster.settings;
  const tap = await tapInto(Number(endpoints[0]?.split(':')[1]), 2, cutAfter);
  const path = join(mkdtempSync(join(folder, `${workload}-`)), 'ledger.ndjson');
  const client = startClient(scriptFor(sdk, workload), folder, {
    CLUSTER_ENDPOINT: tap.endpoints[0] ?? '',
    CLUSTER_ENDPOINTS: tap.endpoints.join(),
    MQTT_USERNAME: username,
    MQTT_PASSWORD: password,
    MQTT_VERSION: version,
    LEDGER_PATH: path,
    ...environment,
  });
  await meanwhile?.(client, tap);
  const run = await client.ended.finally(tap.close);
  const line = JSON.parse(run.lines.at(-1) ?? 'null') as WorkloadRun['line'];
  return { run, line, ledger: parseEventLedger(path), tap };
}
