import { describe, expect, it } from 'vitest';
import {
  objectIn,
  fields,
  list,
  number,
  oneOf,
  onlyFields,
  orAbsent,
  orNull,
  problemOf,
  shown,
  text,
  truth,
} from '../../src/domain/shape.js';

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

describe('a value of any kind', () => {
  it.each<[unknown, string]>([
    [undefined, 'nothing'],
    [null, 'null'],
    [7, '7'],
    ['a "b"', '"a \\"b\\""'],
    ['x'.repeat(101), `"${'x'.repeat(100)}"…`],
    [new Uint8Array(3), '3 bytes'],
    [[1, 'a'], '[1,"a"]'],
    [[1, 2, 3, 4, 5, 6], '[1,2,3,4,5,…]'],
    [{ a: { b: { c: 1 } } }, '{"a":{"b":{…}}}'],
    [nested(500), '[[[…]]]'],
  ])('%# is shown in a few words', (value, words) => {
    expect(shown(value)).toBe(words);
  });

  it('half a character is shown as what it is, so that the words can be sent', () => {
    expect(shown('\ud800')).toBe('"\\ud800"');
  });
});

describe('a shape', () => {
  const person = fields<{ name: string; age: number | null; tags?: readonly string[] }>({
    name: text,
    age: orNull(number),
    tags: orAbsent(list(text)),
  });

  it('is that of a value that has its fields, and others', () => {
    expect(problemOf(person, { name: 'ann', age: null, more: 1 }, 'it')).toBeUndefined();
    expect(problemOf(person, { name: 'ann', age: 7, tags: ['a'] }, 'it')).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [undefined, 'it: expected {name, age, tags}, got nothing'],
    [['ann'], 'it: expected {name, age, tags}, got ["ann"]'],
    [{ age: 7 }, 'it.name: expected text, got nothing'],
    [{ name: 'ann' }, 'it.age: expected a number, got nothing'],
    [{ name: 'ann', age: Number.NaN }, 'it.age: expected a number, got NaN'],
    [{ name: 'ann', age: 7, tags: 'a' }, 'it.tags: expected a list, got "a"'],
    [{ name: 'ann', age: 7, tags: ['a', 1] }, 'it.tags[1]: expected text, got 1'],
    [{ name: 'x'.repeat(4001), age: 7 }, 'it.name: expected at most 4000 characters, got 4001'],
    [{ could_not_be_read: 'it is no JSON' }, 'it could not be read, because it is no JSON'],
  ])('says where %# is not of it', (value, problem) => {
    expect(problemOf(person, value, 'it')).toBe(problem);
  });

  it('knows a few words, and yes and no', () => {
    expect(oneOf('full', 'single')('double', 'kind')).toBe('kind: expected full or single, got "double"');
    expect(oneOf('full', 'single')('single', 'kind')).toBeUndefined();
    expect(truth('yes', 'core')).toBe('core: expected true or false, got "yes"');
  });

  it('can refuse what it does not know', () => {
    const request = onlyFields<{ scenario?: string }>({ scenario: orAbsent(text) });
    expect(request({}, 'it')).toBeUndefined();
    expect(request({ scenarios: 'kill' }, 'it')).toBe('it: expected no field but scenario, got "scenarios"');
    expect(request({ scenario: 7, other: 1 }, 'it')).toBe('it.scenario: expected text, got 7');
  });
});

describe('a text of JSON', () => {
  it.each(['', 'no JSON', '{"half":', '[1]', '"text"', '7', 'null'])('has no object: %s', (json) => {
    expect(objectIn(json)).toBeUndefined();
  });

  it('has the object that it says', () => {
    expect(objectIn('{"a":{"b":1}}')).toEqual({ a: { b: 1 } });
  });
});
