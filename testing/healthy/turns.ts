/** A workload, and the clients that have it. */
export interface Playable {
  readonly workload: string;
  readonly sdks: readonly string[];
}

/** One run: one fault, and what is played at once while it is on. */
export interface Turn<Fault extends string> {
  readonly fault: Fault;
  readonly repeat: number;
  readonly played: readonly Playable[];
}

/**
 * The workloads in turn, over all runs: in each as many as go together, which is so many client processes at most, and one at least. So each fault meets
 * each workload, if there are repeats enough.
 */
export function turnsOf<Fault extends string>(
  faults: readonly Fault[],
  repeats: number,
  workloads: readonly Playable[],
  mostClients: number,
): Turn<Fault>[] {
  let next = 0;
  const take = (): Playable[] => {
    const played: Playable[] = [];
    let clients = 0;
    while (played.length < workloads.length) {
      const one = workloads[next % workloads.length];
      if (one === undefined || (played.length > 0 && clients + one.sdks.length > mostClients)) break;
      played.push(one);
      clients += one.sdks.length;
      next += 1;
    }
    return played;
  };
  return faults.flatMap((fault) =>
    Array.from({ length: repeats }, (_, i) => ({ fault, repeat: i + 1, played: take() })),
  );
}

/** Pairs of fault and workload that no run has, as `SIGKILL, wills`. */
export function unmet<Fault extends string>(turns: readonly Turn<Fault>[], workloads: readonly Playable[]): string[] {
  const faults = [...new Set(turns.map(({ fault }) => fault))];
  return faults.flatMap((fault) => {
    const met = turns.filter((turn) => turn.fault === fault).flatMap(({ played }) => played);
    return workloads.filter((one) => !met.includes(one)).map(({ workload }) => `${fault}, ${workload}`);
  });
}
