import { Context } from '@temporalio/activity';

/** A place in an activity at which it stays until the test opens it or the workflow cancels the activity. */
export interface Gate {
  /** Resolves once an activity has come to the gate. */
  readonly reached: Promise<void>;
  readonly pass: () => Promise<void>;
  readonly open: () => void;
}

const HEARTBEAT_EVERY_MS = 100;

interface Signal {
  readonly raised: Promise<void>;
  readonly raise: () => void;
}

export function createSignal(): Signal {
  let raise = (): void => undefined;
  const raised = new Promise<void>((resolve) => (raise = resolve));
  return { raised, raise };
}

/** Stays until `end` resolves, heartbeating: a cancellation reaches an activity only as the answer to a heartbeat. */
export async function stay(end: Promise<void>, deaf = false): Promise<void> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), HEARTBEAT_EVERY_MS);
  // The wait for the end can outlive the activity: a cancellation that nobody waits for any more is no error.
  context.cancelled.catch(() => undefined);
  try {
    await (deaf ? end : Promise.race([end, context.cancelled]));
  } finally {
    clearInterval(beat);
  }
}

/** `deaf`: the activity does not give way to a cancellation, as one whose work cannot be broken off. */
export function createGate(options: { readonly deaf?: boolean } = {}): Gate {
  const reached = createSignal();
  const opened = createSignal();
  return {
    reached: reached.raised,
    pass: () => {
      reached.raise();
      return stay(opened.raised, options.deaf);
    },
    open: opened.raise,
  };
}
