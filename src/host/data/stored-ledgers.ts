import { messageOf } from '../../domain/errors.js';
import { placesOf, type Ledger, type StoredLedger } from '../../domain/ledger.js';
import { readLedger } from '../clients/ledger-file.js';
import { runPaths } from '../layout/paths.js';

export interface StoredLedgers {
  /** Their messages are read from disk when they are asked for, since those of a whole run need gigabytes: of one scenario at a time they stay in memory. */
  readonly ledgers: readonly StoredLedger[];
  /** What could not be read, each a sentence. */
  readonly problems: readonly string[];
}

/** Every ledger of a run. One that cannot be read is a problem, and not the end. */
export function readLedgers(runDir: string, scenarios: readonly string[], sdks: readonly string[]): StoredLedgers {
  const held = { scenario: null as string | null, byFile: new Map<string, Ledger | undefined>() };
  const read = ({ scenario, phase }: Pick<StoredLedger, 'scenario' | 'phase'>, sdk: string): Ledger | undefined => {
    if (scenario !== held.scenario) Object.assign(held, { scenario, byFile: new Map() });
    const key = `${phase} ${sdk}`;
    if (!held.byFile.has(key)) held.byFile.set(key, readLedger(runPaths(runDir).phase(scenario, phase), sdk));
    return held.byFile.get(key);
  };
  const ledgers: StoredLedger[] = [];
  const problems: string[] = [];
  for (const place of placesOf(scenarios)) {
    for (const sdk of sdks) {
      try {
        if (read(place, sdk) === undefined) continue;
        // That it can be read has just been seen.
        ledgers.push({
          ...place,
          sdk,
          get ledger() {
            return read(place, sdk) as Ledger;
          },
        });
      } catch (error) {
        const { scenario, phase } = place;
        problems.push(`${scenario ?? 'control'}, ${phase}: ${sdk}'s ledger cannot be read: ${messageOf(error)}`);
      }
    }
  }
  return { ledgers, problems };
}
