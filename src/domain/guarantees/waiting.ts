/** From when until when a message lay at the broker, both included. */
export interface Wait {
  readonly fromUs: number;
  readonly untilUs: number;
}

/** The most messages that lay there at once, at or after a moment. */
export function mostWaiting(waits: readonly Wait[]): (fromUs: number) => number {
  const steps = waits
    .flatMap(({ fromUs, untilUs }) => [
      { us: fromUs, by: 1 },
      { us: untilUs, by: -1 },
    ])
    .sort((a, b) => a.us - b.us || b.by - a.by);
  let count = 0;
  const counts = steps.map(({ by }) => (count += by));
  for (let at = counts.length - 2; at >= 0; at -= 1) counts[at] = Math.max(counts[at] ?? 0, counts[at + 1] ?? 0);
  return (fromUs) => {
    let [low, high] = [0, steps.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((steps[middle]?.us ?? Infinity) < fromUs) low = middle + 1;
      else high = middle;
    }
    // The count between two steps is that after the earlier one, which the later ones may only exceed.
    return counts[Math.max(0, low - 1)] ?? 0;
  };
}
