/** Targets that are resolved when the fault begins. */
export const TARGET_WORDS = ['leader', 'follower', 'another'] as const;
export type TargetWord = (typeof TARGET_WORDS)[number];

/** What a target means: a word, the broker that another entry hit, or a name. */
export type Meant = { readonly word: TargetWord } | { readonly sameAs: string } | { readonly named: string };

export function meantBy(target: string): Meant {
  const word = TARGET_WORDS.find((known) => known === target);
  if (word !== undefined) return { word };
  const [, sameAs] = /^same as (.+)$/.exec(target) ?? [];
  return sameAs === undefined ? { named: target } : { sameAs };
}

/** The words, for an error. */
export const WORDS_TEXT = `${TARGET_WORDS.join(', ')}, same as <entry>`;
