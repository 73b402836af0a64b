import { describe, expect, it } from 'vitest';
import { arrange, whyNotTogether, type HoldingEntry } from '../../src/domain/together.js';

const entry = (name: string, change: Partial<HoldingEntry> = {}): HoldingEntry => ({
  name,
  fault: 'broker-kill',
  target: 'n1',
  params: {},
  atMs: 0,
  hold: 'broker',
  nodes: [`the broker of ${name}`],
  ...change,
});

describe('two faults at once', () => {
  it.each<[string, Partial<HoldingEntry>, Partial<HoldingEntry>, RegExp | undefined]>([
    ['of two brokers', { nodes: ['n1'] }, { nodes: ['n2'] }, undefined],
    ['of one broker', { nodes: ['n1'] }, { nodes: ['n1'] }, /both own n1/],
    ['of a broker and of the links', { nodes: ['n1'] }, { hold: 'network', nodes: ['n1'] }, undefined],
    ['of the links', { hold: 'network' }, { hold: 'network' }, /both own the links/],
    ['of a broker and of several', {}, { hold: 'brokers' }, /b stops and starts several brokers, among them what a/],
    ['of several brokers, twice', { hold: 'brokers' }, { hold: 'brokers' }, /stops and starts several/],
    ['of several brokers and of the links', { hold: 'brokers' }, { hold: 'network' }, undefined],
    ['of which one does not say what it holds', { hold: undefined }, { hold: 'network' }, /a can be on only alone/],
  ])('%s', (_what, a, b, why) => {
    const found = whyNotTogether(entry('a', a), entry('b', b));
    const other = whyNotTogether(entry('b', b), entry('a', a));
    if (why === undefined) expect([found, other]).toEqual([undefined, undefined]);
    else {
      expect(found).toMatch(why);
      expect(other).toBeDefined();
    }
  });
});

describe('a timeline', () => {
  const around = { windowMs: 30_000, nodeCount: 3 };
  const cut = (name: string, change: Partial<HoldingEntry> = {}) => entry(name, { hold: 'network', ...change });

  it('is refused where two that cannot be on together are asked to be, with both times and the remedy', () => {
    const { contradictions } = arrange([cut('a'), cut('b', { atMs: 29_000, forMs: 5_000 })], around);
    expect(contradictions).toEqual([
      {
        entry: 1,
        text: expect.stringMatching(/b and a cannot be on together \(29 s to 34 s and 0 s to 30 s\).*after: a/),
      },
    ]);
  });

  it('lets the second wait for the end of the first where they are asked one after the other', () => {
    expect(arrange([cut('a'), cut('b', { atMs: 30_000 })], around)).toEqual({ waits: [[], ['a']], contradictions: [] });
  });

  it('counts the time of an entry with after from the end of that one', () => {
    const entries = [cut('a', { forMs: 10_000 }), cut('b', { after: 'a', atMs: 5_000, forMs: 10_000 })];
    expect(arrange(entries, around)).toEqual({ waits: [[], ['a']], contradictions: [] });
    expect(arrange([...entries, cut('c', { atMs: 20_000 })], around).contradictions).toHaveLength(1);
    expect(arrange([...entries, cut('c', { atMs: 25_000 })], around).waits[2]).toEqual(['a', 'b']);
  });

  it('hits no more brokers at once than there are', () => {
    const four = ['a', 'b', 'c', 'd'].map((name) => entry(name));
    expect(arrange(four.slice(0, 3), around).contradictions).toEqual([]);
    expect(arrange(four, around).contradictions).toEqual([
      { entry: 3, text: 'a, b, c, d are on together: expected no more than 3 brokers to be hit at once, got 4' },
    ]);
  });
});
