import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { entriesText, withEntries } from '../../src/config/add-known.js';
import type { WrittenEntry } from '../../src/domain/known-from.js';

const entry: WrittenEntry = {
  id: 'K',
  why: "a leader's death: first messages",
  scenarios: ['kill'],
  sdks: ['go'],
  match: { check: 'lost', lost: '<= 3', error: '#1: "no"' },
  since: '12345678',
};
const added = (text: string): string => withEntries(text, [entry]) ?? 'refused';
const list = (text: string): unknown => (parse(added(text)) as { known: unknown }).known;

describe('a config to which known failures are added', () => {
  it('has a list if it had none, and is otherwise as it was, byte for byte', () => {
    const text = '# mine\nsdks: [ go ]   # some\nscenarios:\n    - { name: kill }';
    expect(added(text)).toBe(`${text}\n\nknown:\n${entriesText([entry]).replace(/^(?=.)/gm, '  ')}`);
    expect(list(text)).toEqual([entry]);
    expect(list('')).toEqual([entry]);
  });

  it.each([
    ['at the end of the file', 'known:\n  - { id: A, why: a }\n  - id: B\n    why: b\n', ''],
    ['at the end of a file without a last line end', 'known:\n  - id: B\n    why: b', ''],
    ['without indentation', 'known:\n- id: A\n  why: a\n', 'sdks: [go]\n'],
    [
      'before other keys, comments and blank lines',
      'known: # mine\n   - id: A # the first\n     why: a\n',
      '\n# scenarios\nsdks: [go]\n',
    ],
  ])('has them behind those of its list: %s', (_what, before, after) => {
    const had = (parse(before) as { known: unknown[] }).known;
    const text = added(`${before}${after}`);
    expect((parse(text) as { known: unknown[] }).known).toEqual([...had, entry]);
    expect(text.startsWith(before)).toBe(true);
    expect(text.endsWith(after)).toBe(true);
  });

  it('is refused where the list is written in one line, or is none', () => {
    for (const text of ['known: [{ id: A }]\n', 'known: []\n', 'known: yes\n', 'known:\n'])
      expect(added(text), text).toBe('refused');
  });
});
