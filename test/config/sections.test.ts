import { expect, it } from 'vitest';
import { z } from 'zod';
import { keysAt, withoutEmptySections } from '../../src/config/sections.js';

const schema = z.strictObject({
  section: z.strictObject({ value: z.number().default(1), inner: z.strictObject({}).prefault({}) }).prefault({}),
  list: z.array(z.strictObject({ name: z.string(), params: z.record(z.string(), z.string()).default({}) })).default([]),
  value: z.number().optional(),
});

it.each([
  ['a section', { section: null }, {}],
  ['a section in a section', { section: { inner: null } }, { section: {} }],
  ['a list', { list: null }, {}],
  ['a section in a list', { list: [{ name: 'a', params: null }] }, { list: [{ name: 'a' }] }],
  ['no single value', { value: null, section: { value: null } }, { value: null, section: { value: null } }],
  ['no unknown key', { other: null, constructor: null }, { other: null, constructor: null }],
  ['nothing of what is no section', [null], [null]],
])('drops %s without lines', (_what, raw, left) => {
  expect(withoutEmptySections(raw, schema)).toEqual(left);
});

it('knows the keys at a path', () => {
  expect([[], ['section'], ['list', 3], ['value'], ['none', 'none']].map((path) => keysAt(schema, path))).toEqual([
    ['section', 'list', 'value'],
    ['value', 'inner'],
    ['name', 'params'],
    [],
    [],
  ]);
});
