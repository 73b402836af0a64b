import type { Scenario } from './scenario.js';

/** What a sentence asks for. `nothing` carries the sentences that would have fitted. */
export type Intent =
  | { readonly kind: 'full' }
  | { readonly kind: 'scenarios'; readonly names: readonly string[] }
  | { readonly kind: 'nothing'; readonly wouldFit: readonly string[] };

const FULL_SENTENCES: readonly string[] = [
  '按 P0 跑一轮 RobustMQ 故障场景',
  '帮我跑一轮 RobustMQ chaos 测试',
  'run a chaos test round',
];
const P1_SENTENCES: readonly string[] = ['按 P1 跑一轮', '按 P1 跑一轮 RobustMQ 故障场景'];

/** Case, white space and closing punctuation do not change what a sentence means. */
const normalise = (text: string): string =>
  text
    .toLowerCase()
    .replace(/\s+/g, '')
    .replace(/[。.!!??]+$/u, '');

/**
 * Finds what words ask for: the seed's sentences start a full run of the whole catalogue; the name of a scenario starts that one;
 * `按 P1 跑一轮` without a name starts every P1 scenario, each by the single-scenario flow.
 */
export function parseIntent(words: string, catalogue: readonly Scenario[]): Intent {
  const text = normalise(words);
  const named = longestNames(
    text,
    catalogue.map((s) => s.name),
  );
  if (named.length > 0) return { kind: 'scenarios', names: named };
  if (FULL_SENTENCES.some((sentence) => normalise(sentence) === text)) return { kind: 'full' };
  if (P1_SENTENCES.some((sentence) => normalise(sentence) === text)) {
    const names = catalogue.filter((s) => s.priority === 'P1').map((s) => s.name);
    if (names.length > 0) return { kind: 'scenarios', names };
  }
  return { kind: 'nothing', wouldFit: [...FULL_SENTENCES, ...P1_SENTENCES, ...catalogue.map((s) => s.name)] };
}

/** Names found in the text; a name that is only part of a longer found name does not count. */
function longestNames(text: string, names: readonly string[]): string[] {
  let rest = text;
  const found = new Set<string>();
  for (const name of [...names].sort((a, b) => b.length - a.length)) {
    const key = normalise(name);
    if (!rest.includes(key)) continue;
    found.add(name);
    rest = rest.replaceAll(key, '|');
  }
  return names.filter((name) => found.has(name));
}
