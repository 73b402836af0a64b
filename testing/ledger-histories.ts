/**
 * Random histories of one client's run, for a property test over the pure ledger code of every language. The order of events and their repetition
 * are what chance decides; what a client's own code makes impossible (an acknowledgement of what was never handed over) does not occur.
 */

/** Generated (intended, queued), handed over, acknowledged, received (with the DUP flag), or a receipt that is nobody's. */
export type HistoryEvent =
  | readonly ['generate', number, number]
  | readonly ['hand_over', number, number]
  | readonly ['acknowledge', number, number]
  | readonly ['receive', number, number, boolean]
  | readonly ['stranger'];

export interface History {
  readonly planned: number;
  readonly end_us: number;
  readonly events: readonly HistoryEvent[];
}

/** The same numbers from 0 to 1 for the same seed, on every machine (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Sizes from nothing to more losses than a result line names; most are small, so that a failure can be read. */
function sizeFrom(random: () => number): number {
  const kind = random();
  if (kind < 0.05) return 0;
  if (kind < 0.97) return 1 + Math.floor(random() * 24);
  return 200 + Math.floor(random() * 80);
}

/** One history; the next call with the same source gives another one. */
export function historyFrom(random: () => number): History {
  const size = sizeFrom(random);
  const chance = { acked: random(), received: random(), again: random() * 0.6, stranger: random() * 0.1 };
  const steps = size * (1 + Math.floor(random() * 6));
  const handedOver: number[] = [];
  const events: HistoryEvent[] = [];
  let now = 1_000_000;
  let generated = 0;
  // Mostly milliseconds, and now and then more than the ten minutes of the histograms.
  const tick = (): number => (now += Math.floor(random() < 0.002 ? 700_000_000 : random() ** 4 * 2_000_000));
  const below = (n: number): number => Math.floor(random() * n);
  const generate = (): void => {
    const queued = tick();
    events.push(['generate', queued - below(random() < 0.1 ? 500_000 : 900), queued]);
    generated += 1;
  };
  for (let step = 0; step < steps; step += 1) {
    if (generated < size && random() < size / steps) generate();
    if (generated > 0 && random() < 0.7) {
      const seq = random() < chance.again ? below(generated) : Math.min(generated - 1, handedOver.length);
      events.push(['hand_over', seq, tick()]);
      handedOver.push(seq);
    }
    const known = handedOver[below(handedOver.length)];
    if (known !== undefined && random() < chance.acked) events.push(['acknowledge', known, tick()]);
    // A message that is not generated yet cannot be one of ours, whatever it says.
    const seen = known === undefined || random() < 0.02 ? generated + below(2) : handedOver[below(handedOver.length)]!;
    if (random() < chance.received) events.push(['receive', seen, tick(), random() < 0.5]);
    if (random() < chance.stranger) events.push(strangerFrom(random, size, tick()));
  }
  const planned = random() < 0.8 ? generated : generated + below(20);
  return { planned, end_us: tick() + 1, events };
}

/** What this publisher cannot have sent: unreadable, or with a `seq` beyond everything, up to where 32 bits would wrap around. */
function strangerFrom(random: () => number, size: number, at: number): HistoryEvent {
  const seqs = [size, size + 1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1];
  const seq = seqs[Math.floor(random() * (seqs.length + 1))];
  return seq === undefined ? ['stranger'] : ['receive', seq, at, random() < 0.5];
}
