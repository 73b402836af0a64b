// What the count must come to, in the words of the specification alone: nothing here is read from the program under test.

/** `open` is the id of the run that opened the breaker, or null. */
export interface Model {
  readonly count: number;
  readonly open: string | null;
  readonly recorded: readonly string[];
}

/** Before any run. */
export const START: Model = { count: 0, open: null, recorded: [] };

const FAILURES_TO_OPEN = 3;

export interface BegunRun {
  readonly id: string;
  readonly passes: boolean;
  /** Whether it lived to be counted, which only a termination can prevent. */
  readonly recorded: boolean;
}

/** After a full run that was begun. */
export function afterRun(state: Model, { id, passes, recorded }: BegunRun): Model {
  if (state.open !== null || !recorded) return state;
  const count = passes ? 0 : state.count + 1;
  return { count, open: count >= FAILURES_TO_OPEN ? id : null, recorded: [...state.recorded, id] };
}

/** A human says go: it is refused where nothing is open. */
export const afterResume = (state: Model): Model => (state.open === null ? state : { ...state, count: 0, open: null });
