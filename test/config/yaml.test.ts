import { describe, expect, it } from 'vitest';
import { readYaml } from '../../src/config/yaml.js';

const read = (text: string | Buffer) => readYaml(Buffer.from(text as string));
const raw = (text: string): unknown => {
  const found = read(text);
  if ('problems' in found) throw new Error(JSON.stringify(found.problems));
  return found.raw;
};
const problems = (text: string | Buffer): string[] => {
  const found = read(text);
  return 'problems' in found ? found.problems.map((problem) => `line ${problem.line}: ${problem.text}`) : [];
};

describe('YAML as people write it', () => {
  it.each([
    ['anchors and aliases', 'a: &x { n: 1 }\nb: *x', { a: { n: 1 }, b: { n: 1 } }],
    ['the merge key', 'a: &x { n: 1, m: 2 }\nb:\n  <<: *x\n  n: 3', { a: { n: 1, m: 2 }, b: { n: 3, m: 2 } }],
    ['a byte order mark of UTF-8', '\uFEFFa: 1', { a: 1 }],
    ['nothing at all', '', {}],
    ['comments alone', '# a: 1\n', {}],
    ['a document with its marks', '---\na: 1\n...\n', { a: 1 }],
    ['a number with underscores, which is text in YAML 1.2', 'a: 1_000', { a: '1_000' }],
    ['CRLF', 'a: 1\r\nb: 2\r\n', { a: 1, b: 2 }],
  ])('has %s', (_what, text, value) => {
    expect(raw(text)).toEqual(value);
  });

  it.each<[string, string | Buffer, RegExp]>([
    ['an alias of nothing', 'a: 1\nb: *none', /^line 2: \*none: expected an anchor &none above it, got none$/],
    ['an anchor that comes after its alias', 'a: *x\nb: &x 1', /^line 1: \*x: expected an anchor/],
    ['an alias of what it stands in', 'a: &x\n  b: *x', /^line 2: \*x: expected another part of the file/],
    ['aliases that would fill the memory', bomb(), /^line 1: Excessive alias count .*; write the values out$/],
    ['a tag that nobody knows', 'a: 1\ndata_dir: !env X', /^line 2: .*!env; tags are not supported: write the value/],
    ['a second document', 'a: 1\n---\nb: 2\n', /^line 2: expected one document, got a second one/],
    ['UTF-16', Buffer.from('\uFEFFa: 1', 'utf16le'), /^line 1: expected UTF-8, got another encoding/],
    ['UTF-16 without a mark', Buffer.from('a: 1', 'utf16le'), /^line 1: expected UTF-8, got another encoding/],
    ['Latin-1', Buffer.from('a: é', 'latin1'), /^line 1: expected UTF-8, got another encoding/],
    ['a tab', 'a:\n\tb: 1', /^line 2: Tabs are not allowed as indentation$/],
    ['a merge of what is no section', 'a:\n  <<: 1', /Merge sources must be maps/],
  ])('refuses %s', (_what, text, problem) => {
    expect(problems(text)).toEqual([expect.stringMatching(problem)]);
  });

  it('knows the line of the deepest part of a path that is there', () => {
    const found = read('a:\n  - b: 1\n    c: 2\n');
    if ('problems' in found) throw new Error('refused');
    expect([['a', 0, 'c'], ['a', 0, 'none'], ['a'], ['none'], []].map((path) => found.lineOf(path))).toEqual([
      3, 2, 1, 1, 1,
    ]);
  });
});

function bomb(): string {
  const nine = (name: string): string => `[${Array.from({ length: 9 }, () => `*${name}`).join(', ')}]`;
  return ['a: &a [x, x]', `b: &b ${nine('a')}`, `c: &c ${nine('b')}`, `d: &d ${nine('c')}`, `e: ${nine('d')}`].join(
    '\n',
  );
}
