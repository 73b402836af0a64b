/**
 * Words of others (a client's error, a broker's answer, what a person typed) where people read them. They are shown as what they are, and do nothing:
 * in GitHub's dialect of Markdown no word of theirs is markup, a link, a picture, a mention, a reference or a formula.
 */

/** What has no picture of its own, or turns the text around it: control and format characters, ends of lines, lone surrogates, fillers. Not what makes a sign colourful. */
const UNSEEN = /(?!\ufe0f)[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeOf(char: string): string {
  const hex = (char.codePointAt(0) ?? 0).toString(16);
  return SHORT[char] ?? (hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`);
}

/** One line, in which every character can be seen: `\n`, `\u202e`. */
export const visible = (text: string): string => text.replace(UNSEEN, escapeOf);

/** The same for text that has lines of its own. */
export const visibleLines = (text: string): string => text.split('\n').map(visible).join('\n');

/** Pipes end cells and backticks end code, escaped or not, in one reader of the dialect or another: these two stand outside, as what every reader knows. */
const ENTITIES = new Map([
  ['`', '&#96;'],
  ['|', '&#124;'],
]);

function span(text: string): string {
  // A space at both ends is the syntax's, and not the text's.
  const padded = /^ .*[^ ].* $/.test(text) ? ` ${text} ` : text;
  return `\`${padded}\``;
}

/** Any text as Markdown code. Empty text is empty. */
export const asCode = (text: string): string =>
  visible(text).replace(/[`|]|[^`|]+/g, (part) => ENTITIES.get(part) ?? span(part));

const HARMLESS = /^[\p{L}\p{M}\p{N} .,:;!?()%'"’“”+=/×·→≠✓✗–—−…_-]*$/u;
/** What these characters mean together: a list, a rule, an address, an emoji, an issue, a commit, emphasis; and spaces that would be lost. */
const MEANT =
  /^ | $| {2}|^[-+=]+( |$)|^\d+[.)]( |$)|:\/\/|www\.|:[\p{L}\d_+-]+:|\bGH-\d|\b(?=\d*[a-f])[\da-f]{7,40}\b|(?<![\p{L}\d])_|_(?![\p{L}\d])/iu;

/** Any text as Markdown of one line that reads exactly so: plain words as they are, all else as code. */
export function verbatim(text: string): string {
  const seen = visible(text);
  return HARMLESS.test(seen) && !MEANT.test(seen) ? seen : asCode(text);
}

/** A summary (`FAIL: 1 of 2 … · …`), so that only the parts that need it are code. */
export const verbatimSummary = (text: string): string => text.split(' · ').map(verbatim).join(' · ');
