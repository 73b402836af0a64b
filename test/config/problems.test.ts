import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { nearest, schemaProblems } from '../../src/config/problems.js';

const schema = z.strictObject({
  load: z.strictObject({ messages: z.number(), name: z.string() }).partial().optional(),
});
const said = (raw: unknown): string[] =>
  schemaProblems(schema.safeParse(raw, { reportInput: true }).error?.issues ?? [], schema).map(({ text }) => text);

describe('what a schema finds', () => {
  it('is said with the path, the kind that was expected, and what was got', () => {
    expect(said({ load: { messages: 'many' } })).toEqual(['load.messages: expected a number, got "many"']);
    expect(said({ load: [] })).toEqual(['load: expected a section (key: value), got a list']);
    expect(said(7)).toEqual(['config: expected a section (key: value), got 7']);
  });

  it('shows no text where text is not what is missed: it may be a secret in the wrong place', () => {
    expect(said({ load: 'hunter2' })).toEqual(['load: expected a section (key: value), got text']);
  });

  it('names the key that somebody may have meant, else those that there are', () => {
    expect(said({ load: { mesages: 1 } })).toEqual(['load.mesages: unknown key; did you mean messages?']);
    expect(said({ load: { zzzzzz: 1 } })).toEqual(['load.zzzzzz: unknown key; known keys: messages, name']);
  });
});

it('the nearest word is one that a slip of the finger explains', () => {
  expect(nearest('leader-transfr', ['broker-kill-single', 'leader-transfer'])).toBe('leader-transfer');
  expect(nearest('zzz', ['broker-kill-single', 'leader-transfer'])).toBeUndefined();
});
