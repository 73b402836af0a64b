/** The results of what was begun together, once all of it has ended: whoever goes on at the first failure leaves the rest running. The first failure is thrown. */
export async function allEnded<T>(begun: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(begun);
  return Promise.all(begun);
}
