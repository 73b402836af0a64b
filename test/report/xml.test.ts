import { expect, it } from 'vitest';
import { element, xmlFile } from '../../src/report/xml.js';

it('escapes what is markup, and shows what XML cannot say', () => {
  expect(element('a', { b: '"<&\'\u0000\n\u202e', c: 1 }, 'x < y\u0007')).toBe(
    '<a b="&quot;&lt;&amp;&#39;\\u0000\\n\\u202e" c="1">x &lt; y\\u0007</a>\n',
  );
});

it('has children or nothing', () => {
  expect(xmlFile(element('a', {}, [element('b', {}), element('c', {}, '')]))).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<a>\n<b/>\n<c/>\n</a>\n',
  );
});
