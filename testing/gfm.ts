import fc from 'fast-check';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';

/** GitHub's dialect as HTML. What is HTML in the text stays so, that it can be seen. */
export const rendered = (markdown: string): string =>
  micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"' };

/** What a reader sees of some HTML. */
export const readText = (html: string): string =>
  html.replace(/<[^>]*>/g, '').replace(/&(lt|gt|amp|quot);/g, (entity) => ENTITIES[entity] ?? entity);

/** Rows of all tables, cell by cell, as a reader sees them. */
export const readTables = (html: string): string[][] =>
  [...html.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd]>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => readText(cell)),
  );

/** The tags, but for code: what markup there is. */
export const markupOf = (html: string): string[] =>
  [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag).filter((tag) => !/^<\/?code>$/.test(tag));

/** What is read outside of code: only there GitHub looks for names, numbers of issues, commits, emoji and formulas. */
export const proseOf = (html: string): string => readText(html.replace(/<code>.*?<\/code>/gs, ' … '));

/** What GitHub makes something of that is in no renderer's Markdown. */
export const GITHUBS_OWN = /[@#$]|\bGH-\d|:[\w+-]+:|\b(?=\d*[a-f])[\da-f]{7,40}\b|www\.|:\/\//i;

/** What others have said, or might. */
export const NASTY: readonly string[] = [
  'a\\|b',
  'a|b',
  '\\',
  '\\|',
  '|',
  '<!-- open',
  '-->',
  '</details>',
  '</td></table>',
  '![x](http://127.0.0.1:9/p.png)',
  '[x](javascript:1)',
  '<img src=x>',
  '@org/team',
  'me@example.org',
  '`',
  '``` ` ``',
  '`'.repeat(90),
  ' ` ',
  '  two  spaces  ',
  ' ',
  'abc\u202etxt.exe',
  'zero\u200bwidth\u2066\u00ad',
  'two\nlines\r\n\r\n# three',
  'nul\0 bell\u0007 esc\u001b[31m',
  'lone \ud800',
  '#12',
  'GH-12',
  'org/repo#12',
  'closes #1',
  'https://example.org/x',
  'www.example.org',
  '$math$',
  '$$x$$',
  '[^1]',
  '[^1]: note',
  '[ref]: http://x',
  ':+1: :tada:',
  '*a* _b_ __c__ ~~d~~ **e**',
  'not_observed',
  'valueOf',
  'constructor',
  '__proto__',
  '- item',
  '1. item',
  '> quote',
  '# head',
  '---',
  '| - | - |',
  '    code',
  '&lt;&amp;&#35;',
  '- [ ] task',
  'd3a8bfc is 0123456789abcdef0123456789abcdef01234567',
  '[!NOTE]',
  'ﷺ עברית 中文，「字」 ⚠️',
];

/** Any words, mostly of what could be markup. */
export const anyWords = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.oneof(fc.constantFrom(...NASTY), fc.constantFrom(...Array.from('`|\\*_~<>&[]()!#@$^:-+=. \n\t')), fc.string()),
      {
        maxLength: 12,
      },
    )
    .map((parts) => parts.join('')),
);
