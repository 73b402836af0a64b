import { describe, expect, it } from 'vitest';
import { escapeHtml, html, htmlTable, raw } from '../../src/report/html.js';

it('escapes what could end a text or an attribute, ampersands once', () => {
  expect(escapeHtml(`<b a="1" c='2'>&amp;`)).toBe('&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;');
});

it('shows what cannot be seen, and keeps lines', () => {
  expect(escapeHtml('a\u202eb\n\u001b[31m')).toBe('a\\u202eb\n\\u001b[31m');
});

describe('a template', () => {
  it('escapes its values, but for those that are HTML already', () => {
    expect(html`<p>${'<i>'}${raw('<b>x</b>')}${7}</p>`.html).toBe('<p>&lt;i&gt;<b>x</b>7</p>');
  });

  it('joins lists, and leaves away what is not there', () => {
    const list = html`<ul>
      ${[html`<li>${'a'}</li>`, html`<li>${'&'}</li>`]}${null}${undefined}
    </ul>`.html;
    expect(list.replace(/\s+</g, '<')).toBe('<ul><li>a</li><li>&amp;</li></ul>');
  });
});

describe('a table', () => {
  const of = (key?: string): string => htmlTable('all & more', ['sdk', '', 'p99'], [['go', '<1', '12']], key).html;

  it('has its caption for eyes and for screen readers, and a row begins with its head', () => {
    expect(of().split('all &amp; more')).toHaveLength(4);
    expect(of()).toContain('<th scope="row">go</th>');
    expect(of()).toContain('<td>&lt;1</td>');
    expect(of()).toContain('tabindex="0"');
  });

  it('has no head where there is nothing to say', () => {
    expect(of()).toContain('<th scope="col">sdk</th>');
    expect(of()).not.toContain('<th scope="col"></th>');
  });

  it('says of a cell what it is where it has a key', () => {
    expect(of('kill/fault')).toContain('<td data-cell="kill/fault/go/p99">12</td>');
    expect(of()).not.toContain('data-cell');
  });
});
