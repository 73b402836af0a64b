import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches, shareOf } from '../../../src/domain/guarantees/filter.js';
import { bounded, timeout } from '../../../testing/properties.js';

describe('a topic filter', () => {
  it.each([
    ['a/b', 'a/b'],
    ['a/+', 'a/b'],
    ['a/+', 'a/'],
    ['+/+', '/b'],
    ['/+', '/b'],
    ['+', 'a'],
    ['a/+/c', 'a/b/c'],
    ['#', 'a/b/c'],
    ['#', '/'],
    ['a/#', 'a'],
    ['a/#', 'a/'],
    ['a/#', 'a/b/c'],
    ['+/b/#', 'a/b'],
    ['$SYS/#', '$SYS/a/b'],
    ['$SYS/+/b', '$SYS/a/b'],
    ['a/#', 'a/$b'],
    ['$share/g/a/+', 'a/b'],
    ['$share/g/#', 'a/b'],
    ['$share/g//a', '/a'],
    ['$share/g/$SYS/#', '$SYS/a'],
  ])('%s matches %s', (filter, topic) => expect(matches(filter, topic)).toBe(true));

  it.each([
    ['a/b', 'a'],
    ['a/b', 'a/b/c'],
    ['a/b', 'a/B'],
    ['a', 'a/'],
    ['a/', 'a'],
    ['+', '/a'],
    ['+', 'a/b'],
    ['a/+', 'a'],
    ['a/+', 'a/b/c'],
    ['a/#', 'ab'],
    ['a/+/#', 'a'],
    ['a+', 'ab'],
    ['a#', 'ab'],
    ['#/b', 'a/b'],
    ['#', '$SYS/a'],
    ['+/a', '$SYS/a'],
    ['$share/g/#', '$SYS/a'],
    ['$share/g/a', '$share/g/a'],
    ['$share/g/a', 'g/a'],
    ['$share/g', 'g'],
  ])('%s does not match %s', (filter, topic) => expect(matches(filter, topic)).toBe(false));

  // By regular expression, letter by letter of the standard.
  const model = (filter: string, topic: string): boolean => {
    if (/^[+#]/.test(filter) && topic.startsWith('$')) return false;
    const pattern = filter
      .replaceAll('$', '\\$')
      .replaceAll(/(^|\/)\+(?=\/|$)/g, '$1[^/]*')
      .replace(/\/#$/, '(/.*)?')
      .replace(/^#$/, '.*');
    return new RegExp(`^${pattern}$`).test(topic);
  };

  it('matches as its pattern does', { timeout }, () => {
    const level = fc.constantFrom('', 'a', 'b', '$a');
    const topics = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
    const filters = fc
      .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(([levels, isOpen]) => [...levels, ...(isOpen ? ['#'] : [])].join('/'));
    fc.assert(
      fc.property(filters, topics, (filter, topic) => {
        expect([filter, topic, matches(filter, topic)]).toEqual([filter, topic, model(filter, topic)]);
      }),
      bounded(10_000),
    );
  });
});

describe('a shared subscription', () => {
  it('is its group and its filter', () => {
    expect(shareOf('$share/g/a/+')).toEqual({ group: 'g', filter: 'a/+' });
    expect(shareOf('$share/g//a')).toEqual({ group: 'g', filter: '/a' });
    expect(shareOf('$share/g/$share/h/a')).toEqual({ group: 'g', filter: '$share/h/a' });
  });

  it.each(['a', '$share', '$share/', '$share/g', '$share/g/', '$share//a', '$share/+/a', '$share/g#/a', 'x$share/g/a'])(
    'is not %s',
    (filter) => expect(shareOf(filter)).toBeNull(),
  );
});
