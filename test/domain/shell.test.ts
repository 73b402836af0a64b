import { expect, it } from 'vitest';
import { shellQuoted } from '../../src/domain/shell.js';

it.each([
  ['/opt/chaos/config/default.yml', '/opt/chaos/config/default.yml'],
  ['a%2Fb:c@d+e,f=g-h_1.yml', 'a%2Fb:c@d+e,f=g-h_1.yml'],
  ['two words', "'two words'"],
  ['$HOME `id` "x" \\ ! # ? * ~ é', '\'$HOME `id` "x" \\ ! # ? * ~ é\''],
  ["it's", "'it'\\''s'"],
  ['', "''"],
])('%j is written %j', (text, written) => {
  expect(shellQuoted(text)).toBe(written);
});
