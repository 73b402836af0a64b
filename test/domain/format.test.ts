import { describe, expect, it } from 'vitest';
import {
  formatField,
  FORMATS,
  isNewer,
  newerText,
  refuseNewer,
  refuseNewerPlan,
  type StoredKind,
} from '../../src/domain/format.js';
import { ChaosError } from '../../src/domain/errors.js';

const kinds = Object.keys(FORMATS) as StoredKind[];
/** A value of a kind as a program of this format writes it. */
const of = (kind: StoredKind, format: unknown): object => {
  if (kind === 'report' || kind === 'history') return { schema: `robustmq-chaos-report/${String(format)}` };
  return { [kind === 'ledger' ? 'ledger' : 'format']: format };
};

describe.each(kinds)('a stored %s', (kind) => {
  it('of this format, of an older one, or from before formats is read', () => {
    for (const value of [
      of(kind, FORMATS[kind]),
      of(kind, FORMATS[kind] - 1),
      {},
      [],
      [of(kind, FORMATS[kind])],
      null,
      'text',
    ])
      expect(newerText(kind, 'f', value)).toBeUndefined();
  });

  it('of a newer format is refused, with file, both formats and remedy', () => {
    const newer = FORMATS[kind] + 1;
    for (const value of [of(kind, newer), [{}, of(kind, newer)]]) {
      expect(newerText(kind, '/d/file', value)).toBe(
        `/d/file: expected a ${kind} of format ${FORMATS[kind]} or older, got format ${newer}, which a newer program wrote; install that program, or a newer one`,
      );
    }
    expect(() => refuseNewer(kind, 'f', of(kind, newer))).toThrow(expect.objectContaining({ code: 'FORMAT_NEWER' }));
  });
});

it.each(['2', null, true, Number.NaN, Infinity, {}])(
  'a format that is no number of ours, %s, is a newer one: nobody guesses',
  (format) => {
    expect(newerText('lease', 'f', { format })).toMatch(/expected a lease of format 1/);
  },
);

it('a report or a history without a number in its schema is judged by whoever reads it', () => {
  expect(newerText('report', 'f', { schema: 'something else' })).toBeUndefined();
});

it('a writer adds the field, but where other programs read the file and know another one', () => {
  expect(formatField('lease')).toEqual({ format: 1 });
  expect([formatField('report'), formatField('history'), formatField('ledger')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it('a newer plan has a code of its own, by which its run waits for another worker', () => {
  expect(() => refuseNewerPlan({ format: 2 }, 'the plan')).toThrow(expect.objectContaining({ code: 'PLAN_NEWER' }));
  expect(() => refuseNewerPlan({ format: 1 }, 'the plan')).not.toThrow();
  expect(() => refuseNewerPlan({}, 'the plan')).not.toThrow();
  const codes = ['FORMAT_NEWER', 'PLAN_NEWER', 'DISK_FULL'] as const;
  expect(codes.map((code) => isNewer(new ChaosError(code, '')))).toEqual([true, true, false]);
  expect(isNewer(new Error('FORMAT_NEWER'))).toBe(false);
});
