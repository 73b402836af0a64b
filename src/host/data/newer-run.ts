import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { StoredKind } from '../../domain/format.js';
import { phasePaths } from '../layout/phase-paths.js';
import { runPaths } from '../layout/paths.js';
import { newerAmong, type StoredFile } from '../os/stored.js';

const run = runPaths('');
const phase = phasePaths('');

/** Files of a run's folder by their names, wherever in it they lie. */
const KINDS = new Map<string, StoredKind>([
  [run.mark, 'run mark'],
  [run.plan, 'plan'],
  [run.versions, 'versions'],
  [run.brokers, 'broker list'],
  [run.reportJson, 'report'],
  [run.publication, 'publication'],
  [run.pruned, 'pruned mark'],
  [basename(run.scenario('any')), 'scenario'],
  [phase.spec, 'phase'],
  [phase.runner, 'phase runner'],
  [phase.guarantees, 'guarantees'],
]);

const TICKETS = dirname(run.ticket('any'));

const kindOf = (path: string): StoredKind | undefined =>
  dirname(path) === TICKETS && path.endsWith('.json') ? 'ticket' : KINDS.get(basename(path));

/** What of a run's folder a newer program wrote, each a sentence. Brokers' own files are none of this program's. */
export function newerOfRun(dir: string): string[] {
  if (!existsSync(dir)) return [];
  const paths = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  const files = paths.flatMap((path): StoredFile[] => {
    const kind = path.startsWith(`${run.brokerFiles}/`) ? undefined : kindOf(path);
    return kind === undefined ? [] : [{ kind, path: join(dir, path) }];
  });
  return newerAmong(files);
}
