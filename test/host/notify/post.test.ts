import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fieldsOf, fitInto, isRefused, reasonOf } from '../../../src/host/notify/post.js';
import { bounded, timeout } from '../../../testing/properties.js';

// How messages are sent, refused and sent again: the tests of each service, by testing/webhook-notifier.ts.

it('what is refused by its status alone is refused for good', () => {
  expect([200, 302, 400, 404, 408, 425, 429, 499, 500].filter(isRefused)).toEqual([400, 404, 499]);
});

it('an answer that is no object in JSON has no fields', () => {
  expect(['{"a":1}', 'null', '', '<html>'].map(fieldsOf)).toEqual([{ a: 1 }, {}, {}, {}]);
});

it('the reason of a failure lies at the end of its causes, and an address is not in it', () => {
  const broken = Object.assign(new Error('connect to planted'), { code: 'ECONNREFUSED' });
  expect(reasonOf(new TypeError('fetch failed', { cause: broken }), 1000)).toBe('ECONNREFUSED');
  expect(reasonOf(Object.assign(new Error('x'), { name: 'TimeoutError' }), 1500)).toBe('none within 1.5 s');
  expect(reasonOf('odd', 1)).toBe('odd');
});

it(
  'a text that is cut has at most so many bytes, no broken character, and is left alone where it fits',
  () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 0, max: 400 }), (text, max) => {
        const cut = fitInto(text, max);
        const fits = Buffer.byteLength(text) <= max;
        expect(cut === text).toBe(fits);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max);
        expect(cut).not.toContain('\uFFFD');
      }),
      bounded(300),
    );
  },
  timeout,
);
