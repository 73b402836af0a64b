import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Guarantee } from '../../src/domain/guarantees/guarantee.js';
import type { History } from '../../src/domain/guarantees/history.js';
import { eventLedger } from '../../src/domain/ledger-events.js';
import type { MqttVersion } from '../../src/domain/mqtt.js';
import { randomFrom } from '../ledger-histories.js';
import { startClient, versionsOf, type ClientRun } from '../sdk-client.js';
import { scriptFor, sdksWith } from '../workload-run.js';
import type { Book } from './book.js';
import { withLiar } from './broker.js';
import { compareLies, type LiesCompared } from './compare.js';
import { liarOf } from './liar.js';
import type { LyingRun } from './workloads.js';

export interface LiedTo extends LiesCompared {
  readonly sdk: string;
  readonly run: ClientRun;
  readonly book: Book;
  readonly history: History;
}

export interface Where {
  readonly folder: string;
  readonly seed: number;
  /** Another folder of clients than the project's own. */
  readonly root?: string | undefined;
  /** Others than the project's own. */
  readonly checkers?: readonly Guarantee[];
}

/** Clients that have the workload, and speak this version. Of each it is known what it was lied to. */
export const liedTo = (workload: string, version: MqttVersion = '5'): string[] =>
  sdksWith(workload).filter((sdk) => versionsOf(sdk).includes(version));

/** On a busy host a client must not give up. */
const PATIENCE = { SETUP_LIMIT_MS: '300000', DRAIN_MAX_MS: '600000', TIME_LIMIT_MS: '800000' };
/** Every message comes in the end. Of those that die, one that did not get to it in time never connects. */
const UNTIL_ALL_IS_PUBLISHED = { ...PATIENCE, ACK_WAIT_MS: '300000' };
const LOOK_MS = 50;
/** Two signals at once may be one. */
const BETWEEN_MS = 100;

/** One client in one workload against the broker that lies, and what the checkers say of its ledger. */
export function lieTo(sdk: string, lying: LyingRun, { folder, seed, root, checkers }: Where): Promise<LiedTo> {
  const { workload, version, environment, plan, over } = lying;
  return withLiar(liarOf({ ...plan, random: randomFrom(seed) }), async ({ endpoints, book, seen, isIdle }) => {
    const path = join(mkdtempSync(join(folder, `${sdk}-`)), 'ledger.ndjson');
    const id = `${sdk}-${workload}-${seed}`;
    const client = startClient(scriptFor(sdk, workload, root), folder, {
      ...{
        CLUSTER_ENDPOINT: endpoints[0] ?? '',
        CLUSTER_ENDPOINTS: endpoints.join(),
        LEDGER_PATH: path,
        MQTT_VERSION: version,
        CLIENT_ID: id,
        TOPIC: id,
      },
      ...(over?.publishes === undefined ? PATIENCE : UNTIL_ALL_IS_PUBLISHED),
      ...environment,
    });
    const { publishes = 0, connects = 0 } = over ?? {};
    const look = setInterval(() => {
      const published = [...seen.published.values()].reduce((sum, count) => sum + count, 0);
      if (over === undefined || published < publishes || seen.connects < connects || !isIdle()) return;
      clearInterval(look);
      // The second ends the drain, in which it would wait for what was lost.
      client.signal('SIGTERM');
      setTimeout(() => client.signal('SIGTERM'), BETWEEN_MS);
    }, LOOK_MS);
    const run = await client.ended.finally(() => clearInterval(look));
    const history = historyIn(path);
    return { sdk, run, book, history, ...compareLies(book, history, checkers) };
  });
}

function historyIn(path: string): History {
  const [header, ...rows] = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  const ledger = eventLedger((header as { readonly end_us: number }).end_us);
  for (const row of rows) ledger.take(row);
  return ledger.history();
}
