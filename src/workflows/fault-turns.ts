import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { entriesOf, nominalTimes, type FaultEntry, type Scenario } from '../domain/scenario.js';

/** When the faults of a scenario may begin and end, each in regard to the others. */
export interface FaultTurns {
  /** Resolves when the entry may begin; false if it must not any more. Then `planned` has to be called, whatever becomes of it. */
  readonly begin: (entry: FaultEntry) => Promise<boolean>;
  /** The entry has its ticket, or none: the next one may be planned. */
  readonly planned: (entry: FaultEntry) => void;
  /** It is injected from now on: the times of the others count from the first that is. */
  readonly injecting: () => void;
  /** Something went wrong: no other fault begins. */
  readonly fail: () => void;
  /** Resolves when it is the entry's turn to end. */
  readonly end: (entry: FaultEntry) => Promise<void>;
  /** Its end was tried, and this is what became of it. */
  readonly over: (entry: FaultEntry) => void;
}

/**
 * A timeline's order. An entry begins at its time, but not before those are over that it waits for; two are never planned at once. They end one at a time, each after those that began
 * later and are to end no later, and all in the reverse order of their beginning after a cancellation. Every wait is bounded by the tickets of those that are waited for. Of a single
 * fault nothing is waited for.
 */
export function faultTurns(scenario: Scenario, windowMs: number): FaultTurns {
  const [first] = entriesOf(scenario);
  const times = nominalTimes(entriesOf(scenario), windowMs);
  const endMs = (name: string): number => times.get(name)?.toMs ?? 0;
  const outer = CancellationScope.current();
  const begun: string[] = [];
  const isOver = new Set<string>();
  let anyBegun = false;
  let failed = false;
  let planning: string | null = null;
  let ending: string | null = null;

  const untilItsTime = async ({ name, atMs, after, waitsFor = [] }: FaultEntry): Promise<void> => {
    if (name === first?.name) return;
    const wait = async (): Promise<void> => {
      if (atMs > 0 && !failed) await condition(() => failed, atMs);
    };
    await condition(() => anyBegun || failed);
    if (after === undefined) await wait();
    await condition(() => failed || waitsFor.every((one) => isOver.has(one)));
    if (after !== undefined) await wait();
  };

  return {
    begin: async (entry) => {
      try {
        await untilItsTime(entry);
        // Asked again after each wait: another one may have been quicker.
        while (planning !== null && !failed) await condition(() => planning === null || failed);
      } catch (error) {
        if (isCancellation(error)) return false;
        throw error;
      }
      if (failed) return false;
      planning = entry.name;
      begun.push(entry.name);
      return true;
    },
    planned: ({ name }) => {
      if (planning === name) planning = null;
    },
    injecting: () => (anyBegun = true),
    fail: () => (failed = true),
    end: async ({ name }) => {
      const goesFirst = (other: string): boolean =>
        !isOver.has(other) && (outer.consideredCancelled || endMs(other) <= endMs(name));
      const isItsTurn = (): boolean => ending === null && !begun.slice(begun.indexOf(name) + 1).some(goesFirst);
      while (!isItsTurn()) await condition(isItsTurn);
      ending = name;
    },
    over: ({ name }) => {
      if (ending === name) ending = null;
      isOver.add(name);
    },
  };
}
