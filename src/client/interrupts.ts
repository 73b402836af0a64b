/** Ctrl-C, a service manager, a terminal that closes, and Ctrl-\: all ask for the same. */
export const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

export interface Interrupts {
  /** Has there been one? */
  readonly came: () => boolean;
  /** From now on they end this process again. */
  readonly off: () => void;
}

/**
 * Calls `first` once, and `again` for every later one, by which a person leaves at once. A terminal that closes is never `again`: the shell and the kernel
 * each send its SIGHUP, and nobody is left to be impatient.
 */
export function onInterrupt({ first, again }: { readonly first: () => void; readonly again: () => void }): Interrupts {
  let came = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (came && signal === 'SIGHUP') return;
    const act = came ? again : first;
    came = true;
    act();
  };
  for (const signal of INTERRUPTS) process.on(signal, onSignal);
  return {
    came: () => came,
    off: () => {
      for (const signal of INTERRUPTS) process.off(signal, onSignal);
    },
  };
}
