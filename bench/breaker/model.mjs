// What the count must come to, in the words of the specification alone: nothing here is read from the program under test.

/** Before any run. `open` is the id of the run that opened the breaker, or null. */
export const START = { count: 0, open: null, recorded: [] };

const FAILURES_TO_OPEN = 3;

/** A full run that was begun: `recorded` says whether it lived to be counted, which only a termination can prevent. */
export function afterRun(state, { id, passes, recorded }) {
  if (state.open !== null || !recorded) return state;
  const count = passes ? 0 : state.count + 1;
  return { count, open: count >= FAILURES_TO_OPEN ? id : null, recorded: [...state.recorded, id] };
}

/** A human says go: it is refused where nothing is open. */
export const afterResume = (state) => (state.open === null ? state : { ...state, count: 0, open: null });
