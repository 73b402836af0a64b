import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { countsFrom, parseLedger, type ClientLedger } from './client-ledger.js';
import type { Behaviour } from './truth/behaviour.js';
import { withTruthBroker, type TruthBroker } from './truth/broker.js';
import { resultOf, type FullLine } from './result-line.js';
import { scriptOf, startClient, type ClientRun, type RunningClient } from './sdk-client.js';

export interface Outcome {
  readonly run: ClientRun;
  readonly result: FullLine;
  readonly ledger: ClientLedger;
  readonly broker: TruthBroker;
}

export interface Circumstances {
  /** Everything of the client goes here. */
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** May send signals to the client. */
  readonly meanwhile?: ((client: RunningClient, broker: TruthBroker) => Promise<void>) | undefined;
}

/** One client against one broker that does something wrong: 60 messages at 100 a second. Its result must agree with its own ledger. */
export function runAgainst(behaviour: Behaviour, sdk: string, circumstances: Circumstances): Promise<Outcome> {
  const { folder, environment, meanwhile } = circumstances;
  const path = join(mkdtempSync(join(folder, `${sdk}-`)), 'ledger.ndjson');
  return withTruthBroker(behaviour, async (broker) => {
    const client = startClient(scriptOf(sdk), folder, {
      CLUSTER_ENDPOINT: broker.endpoint,
      MESSAGE_COUNT: '60',
      MESSAGE_RATE: '100',
      LEDGER_PATH: path,
      ...environment,
    });
    await meanwhile?.(client, broker);
    const run = await client.ended;
    const result = resultOf(run);
    const ledger = parseLedger(path);
    expect(result).toMatchObject(countsFrom(ledger, result.planned));
    return { run, result, ledger, broker };
  });
}

/** The result of a run of `runAgainst` in which nothing went wrong. */
export const allArrived = {
  ...{ planned: 60, sent: 60, acked: 60, received: 60 },
  ...{ lost: 0, recovered: 0, unconfirmed: 0, unsent: 0 },
};
