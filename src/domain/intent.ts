import type { Scenario } from './scenario.js';

/** What a sentence asks for. `nothing` carries the sentences that would have fitted. */
export type Intent =
  | { readonly kind: 'full' }
  | { readonly kind: 'scenarios'; readonly names: readonly string[] }
  | { readonly kind: 'nothing'; readonly wouldFit: readonly string[] };

/** These mean the whole catalogue as one round, although `P0` stands in the first. */
const FULL_SENTENCES: readonly string[] = [
  '按 P0 跑一轮 RobustMQ 故障场景',
  '帮我跑一轮 RobustMQ chaos 测试',
  'run a chaos test round',
];
const PRIORITY_SENTENCES: readonly string[] = ['按 P0 跑一轮', '按 P1 跑一轮'];

/** All that may stand beside names and priorities. Any other word could be a "don't", an "except" or a question. */
const LATIN_WORDS = new Set(
  'please run start execute test tests the a an one once now only just for me and then on with robustmq scenario scenarios fault chaos'.split(
    ' ',
  ),
);
const HAN_WORDS =
  /^(?:请|帮我|给我|按|跑|跑一下|跑一轮|跑一次|运行|执行|启动|开始|测试|一下|一轮|一次|现在|只|故障|场景|的|和|与|及|然后|吧)+$/u;
const HAN_OR_LATIN = /\p{Script=Han}+|[^\p{Script=Han}\s,、;:;&+|.。!?"“”「」]+/gu;

/** Case, width, white space and closing punctuation do not change what a sentence means. */
const normalise = (text: string): string => text.normalize('NFKC').toLowerCase().trim();
const squeeze = (text: string): string =>
  normalise(text)
    .replace(/\s+/g, '')
    .replace(/[。.!?]+$/u, '');

/**
 * Finds what words ask for: the seed's sentences start a full run of the whole catalogue; names of scenarios start those; a priority without a name
 * (`按 P1 跑一轮`) starts every scenario of it, each by the single-scenario flow. Only what is understood to the last word starts anything.
 */
export function parseIntent(words: string, catalogue: readonly Scenario[]): Intent {
  if (FULL_SENTENCES.some((sentence) => squeeze(sentence) === squeeze(words))) return { kind: 'full' };
  const names = understood(normalise(words), catalogue);
  if (names.length > 0) return { kind: 'scenarios', names };
  return { kind: 'nothing', wouldFit: [...FULL_SENTENCES, ...PRIORITY_SENTENCES, ...catalogue.map((s) => s.name)] };
}

/** The scenarios that are meant; none if any word is not understood, or a priority has no scenario. */
function understood(text: string, catalogue: readonly Scenario[]): readonly string[] {
  const { named, rest } = takeNames(
    text,
    catalogue.map((s) => s.name),
  );
  const tokens = rest.match(HAN_OR_LATIN) ?? [];
  const priorities = new Set(tokens.filter((token) => /^p\d$/.test(token)).map((token) => token.toUpperCase()));
  const known = (token: string): boolean => LATIN_WORDS.has(token) || HAN_WORDS.test(token) || /^p\d$/.test(token);
  if (!tokens.every(known)) return [];
  if (named.size > 0) return catalogue.map((s) => s.name).filter((name) => named.has(name));
  const all = [...priorities].every((priority) => catalogue.some((s) => s.priority === priority));
  return all ? catalogue.filter((s) => priorities.has(s.priority)).map((s) => s.name) : [];
}

/** Names found in the text, and what is left of it; a name that is only part of a longer found name, or of a longer word, does not count. */
function takeNames(text: string, names: readonly string[]): { named: ReadonlySet<string>; rest: string } {
  let rest = text;
  const named = new Set<string>();
  for (const name of [...names].sort((a, b) => b.length - a.length)) {
    const key = normalise(name).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const whole = new RegExp(`(?<![\\p{Script=Latin}\\p{N}_-])${key}(?![\\p{Script=Latin}\\p{N}_-])`, 'gu');
    if (!whole.test(rest)) continue;
    named.add(name);
    rest = rest.replaceAll(whole, ' ');
  }
  return { named, rest };
}
