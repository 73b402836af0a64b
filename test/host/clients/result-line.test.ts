import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeSdk } from '../../../src/domain/judge-sdk.js';
import { bounded, nearlyText, timeout } from '../../../testing/properties.js';
import { rules } from '../../../testing/values.js';
import { parseResultLine } from '../../../src/host/clients/result-line.js';

const five = { sent: 3, received: 3, lost: 0, p99_ms: 1.5, errors: [] };
const parse = (value: unknown) => parseResultLine(JSON.stringify(value), false);
const problemOf = (line: string, truncated = false): string => {
  const parsed = parseResultLine(line, truncated);
  return 'problem' in parsed ? parsed.problem : 'none';
};

describe('a last line', () => {
  it('is a result with five fields; others are kept where they are known, and dropped where they are not', () => {
    expect(parse(five)).toEqual({ result: five });
    expect(parse({ ...five, unconfirmed: 2, mine: 7 })).toEqual({ result: { ...five, unconfirmed: 2 } });
    expect(parse({ ...five, p99_ms: null })).toEqual({ result: { ...five, p99_ms: null } });
  });

  it.each(Object.keys(five))('without %s is none, and the field is named', (field) => {
    expect(problemOf(JSON.stringify({ ...five, [field]: undefined }))).toContain(field);
  });

  it.each([
    ['lost', -1],
    ['sent', 1.5],
    ['sent', '3'],
    ['p99_ms', -0.1],
    ['errors', 'none'],
    ['achieved_rate_ratio', 1.5],
    ['lost_seqs', [-1]],
  ])('with %s of %j is none', (field, value) => {
    const problem = problemOf(JSON.stringify({ ...five, [field]: value }));
    expect(problem).toContain(field);
    expect(problem).toContain(`got ${JSON.stringify([value].flat()[0])}`);
  });

  it.each(['NaN', 'Infinity', '-Infinity'])('with %s, which JSON does not have, names it and its field', (value) => {
    const line = JSON.stringify(five).replace('1.5', value);
    expect(problemOf(line)).toContain(`p99_ms is ${value}`);
    expect(problemOf(JSON.stringify({ ...five, p99_ms: value }))).toContain(
      `p99_ms: expected a number or null, got "${value}"`,
    );
  });

  it('with a number beyond all numbers names that as Infinity', () => {
    expect(problemOf(JSON.stringify(five).replace('1.5', '1e999'))).toContain(
      'p99_ms: expected a number or null, got Infinity',
    );
  });

  it('that is no JSON, or cut off, is shown as far as that helps', () => {
    expect(problemOf('Segmentation fault')).toContain('"Segmentation fault"');
    expect(problemOf('')).toContain('nothing');
    expect(problemOf('7')).toContain('line');
    expect(problemOf(JSON.stringify(five), true)).toContain('64 KiB');
    expect(problemOf('x'.repeat(5000)).length).toBeLessThan(300);
  });
});

it(
  'whatever a client says last is a result or a problem in a few words, and has a verdict',
  () => {
    const end = { kind: 'exited', code: 0 } as const;
    const all = { ...five, ...{ planned: 3, acked: 3, unconfirmed: 0, lost_seqs: [], library: 'l', p999_ms: 1 } };
    fc.assert(
      fc.property(nearlyText(all), fc.boolean(), (line, truncated) => {
        const parsed = parseResultLine(line, truncated);
        const [result, lineProblem] = 'problem' in parsed ? [null, parsed.problem] : [parsed.result, null];
        if (lineProblem !== null) {
          expect(lineProblem).toMatch(/expected/);
          expect(lineProblem.length).toBeLessThan(1000);
        }
        const verdict = judgeSdk({ sdk: 'go', end, result, lineProblem, durationSeconds: 1, attempt: 1 }, rules, 3);
        if (result === null) expect(verdict.status).toBe('script_format_error');
        expect(verdict.passed).toBe(verdict.status === 'passed');
        if (verdict.passed) expect(result).toMatchObject({ sent: expect.any(Number), lost: 0 });
      }),
      bounded(400),
    );
  },
  timeout,
);
