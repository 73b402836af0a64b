import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { parseLedger, type ClientLedger } from '../client-ledger.js';
import { resultOf, type FullLine } from '../result-line.js';
import { scriptOf, startClient, type ClientRun, type RunningClient } from '../sdk-client.js';

/** The result of one client against one broker. */
export interface MeasuredRun {
  readonly sdk: string;
  readonly run: ClientRun;
  readonly result: FullLine;
  readonly ledger: ClientLedger;
}

export interface RunRequest {
  readonly endpoint: string;
  /** Everything of the client goes here. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly meanwhile?: (client: RunningClient) => Promise<void>;
  /** Another folder of clients than the project's own. */
  readonly root?: string | undefined;
}

/** Runs one SDK's client to its end. */
export async function measure(sdk: string, request: RunRequest): Promise<MeasuredRun> {
  const { endpoint, folder, environment, meanwhile, root } = request;
  const path = join(mkdtempSync(join(folder, `${sdk}-`)), 'ledger.ndjson');
  const client = startClient(scriptOf(sdk, root), folder, {
    CLUSTER_ENDPOINT: endpoint,
    LEDGER_PATH: path,
    ...environment,
  });
  await meanwhile?.(client);
  const run = await client.ended;
  return { sdk, run, result: resultOf(run), ledger: parseLedger(path) };
}
