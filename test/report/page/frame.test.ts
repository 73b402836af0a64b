import { describe, expect, it } from 'vitest';
import { raw } from '../../../src/report/html.js';
import { asCode, verbatim, visible } from '../../../src/domain/verbatim.js';
import { NASTY, readText } from '../../../testing/gfm.js';
import { inline, pageFrame, paragraph } from '../../../src/report/page/frame.js';

describe('a page', () => {
  it('lets nothing leave it, and no script run that it does not bring along', () => {
    const page = pageFrame('a & b', raw('<p>body</p>')).replaceAll('&#39;', "'");
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain('<title>a &amp; b</title>');
    expect(page).toContain('<p>body</p>');
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/script/);
  });

  it('brings along its own style and script where it has them', () => {
    const page = pageFrame('t', raw(''), { style: '.mine{}', script: 'run(1 < 2)' }).replaceAll('&#39;', "'");
    expect(page).toContain("script-src 'unsafe-inline'");
    expect(page).toContain('<script>run(1 < 2)</script>');
    expect(page).toContain('.mine{}');
  });
});

it('a line knows code and bold, and all else is text', () => {
  expect(inline('`a<b>` is **bold** & <i>').html).toBe(
    '<code>a&lt;b&gt;</code> is <strong>bold</strong> &amp; &lt;i&gt;',
  );
});

it.each(NASTY)('words of others read as they were said: %j', (words) => {
  for (const text of [verbatim(words), asCode(words)]) {
    const { html } = inline(`said ${text}.`);
    expect(html).toMatch(/^said [^<>]*(<code>[^<>]*<\/code>[^<>]*)*$/);
    expect(readText(html.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))))).toBe(
      `said ${visible(words)}.`,
    );
  }
});

it('a paragraph has its lines below each other', () => {
  expect(paragraph(['a', '`b`']).html).toBe('<p>a<br>\n<code>b</code></p>');
});
