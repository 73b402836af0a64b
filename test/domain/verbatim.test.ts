import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asCode, verbatim, verbatimSummary, visible, visibleLines } from '../../src/domain/verbatim.js';
import { anyWords, GITHUBS_OWN, markupOf, NASTY, proseOf, readTables, readText, rendered } from '../../testing/gfm.js';
import { bounded } from '../../testing/properties.js';

/** Where words stand in our texts, and in a table. */
const around = (words: string): string =>
  `- ${words}\n\nReason: ${words}. **Then** ${words}\n\n> ${words}\n\n${words}\n\n| a | b |\n| - | - |\n| ${words} | ${words} |\n| after | it |\n`;
const same = rendered(around('x'));

function expectAsSaid(text: string, markdown: string): void {
  const html = rendered(around(markdown));
  expect(readText(html)).toBe(readText(same).replaceAll('x', () => visible(text)));
  expect(readTables(html)[1]).toEqual([visible(text), visible(text)]);
  expect(markupOf(html)).toEqual(markupOf(same));
  expect(proseOf(html)).not.toMatch(GITHUBS_OWN);
}

describe('words of others in GitHub’s own dialect', () => {
  it.each(NASTY)('read as they were said, and do nothing: %j', (text) => {
    expectAsSaid(text, verbatim(text));
    expectAsSaid(text, asCode(text));
    expect(readText(rendered(`# ${verbatimSummary(`FAIL · ${text}`)}`))).toBe(`FAIL · ${visible(text)}`);
  });

  it('do so whatever they are', () => {
    fc.assert(
      fc.property(anyWords, (text) => {
        fc.pre(text !== '');
        expectAsSaid(text, verbatim(text));
        expectAsSaid(text, asCode(text));
      }),
      bounded(150),
    );
  });

  it.each(['lost 0, p99 15.9 ms', '✗ script_format_error', 'n2 (h:1)', '2 → 5', '+0.002 s', '连接被拒绝', ''])(
    'are no code where they need not be: %j',
    (text) => {
      expect(verbatim(text)).toBe(text);
    },
  );
});

describe('what cannot be seen', () => {
  it('is shown escaped, as JSON does', () => {
    expect(visible('a\u202eb\n\t\0\u200b\u{e0041}\ud800\u001b')).toBe(
      'a\\u202eb\\n\\t\\u0000\\u200b\\u{e0041}\\ud800\\u001b',
    );
    expect(visible('⚠️ ▶️ 中文 é')).toBe('⚠️ ▶️ 中文 é');
  });

  it('does not cost a text its lines where it may have some', () => {
    expect(visibleLines('a\n\u0007b')).toBe('a\n\\u0007b');
  });

  it('is in nothing that is shown', () => {
    fc.assert(
      fc.property(anyWords, (text) => {
        for (const shown of [visible(text), verbatim(text), asCode(text)])
          expect(shown).not.toMatch(/(?!\ufe0f)[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
      }),
      bounded(300),
    );
  });
});
