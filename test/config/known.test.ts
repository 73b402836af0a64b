import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { z } from 'zod';
import { known, knownEntries, knownProblems, overProblems } from '../../src/config/known.js';
import { CHECKS, PLACES } from '../../src/domain/symptom.js';
import { bounded, timeout } from '../../testing/properties.js';

const entry = (change: Record<string, unknown> = {}) => ({
  id: 'RMQ-8',
  why: 'lost',
  match: { check: 'lost' },
  ...change,
});
const parsed = (...entries: unknown[]) => known.safeParse(entries);
const problems = (...entries: unknown[]): string[] =>
  parsed(...entries).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
const to = { scenarios: ['leader-transfer', 'kill'], sdks: ['go', 'java'] };
const crossed = (...entries: unknown[]): string[] =>
  knownProblems(parsed(...entries).data ?? [], to).map(({ text }) => text);

describe('an entry', () => {
  it('of the issue’s form is read, with its bounds as numbers', () => {
    const match = { status: 'failed', check: 'lost', where: 'fault', lost: '<= 30' };
    const all = {
      scenarios: ['leader-transfer'],
      sdks: ['*'],
      issue: 'https://example.org/8',
      since: '8bd49dc59',
      until: '2027-02-01',
      match,
    };
    const read = knownEntries(parsed(entry(all)).data ?? []);
    expect(read).toEqual([{ id: 'RMQ-8', why: 'lost', ...all, match: { ...match, lost: 30 }, goneAfter: 5 }]);
    expect(
      knownEntries(parsed(entry({ match: { check: 'p99_ms', p99_ms: 1500.5 }, gone_after: 9 })).data ?? [])[0],
    ).toMatchObject({
      match: { p99_ms: 1500.5 },
      goneAfter: 9,
      scenarios: ['*'],
      sdks: ['*'],
    });
  });

  it.each([
    ['hides every failure', { match: {} }, /^0\.match: expected a check, an error, a line or a bound/],
    [
      'hides every failure of a place',
      { match: { where: 'validation', status: 'failed' } },
      /^0\.match: expected a check/,
    ],
    ['hides every failure of a scenario', { scenarios: ['kill'], match: {} }, /^0\.match: expected a check/],
    ['hides every failure of a client', { sdks: ['go'], match: { status: 'failed' } }, /^0\.match: expected a check/],
    ['has two bounds', { match: { lost: 3, p99_ms: 900 } }, /^0\.match: expected one bound, got lost and p99_ms/],
    ['bounds nothing', { match: { lost: 0 } }, /^0\.match\.lost: expected an upper bound above 0/],
    [
      'has a bound where its check is not',
      { match: { p99_ms: 9, where: 'fault' } },
      /^0\.match\.where: expected control or validation/,
    ],
    [
      'has a status that its check never has',
      { match: { check: 'lost', status: 'timeout' } },
      /^0\.match\.status: expected failed/,
    ],
    [
      'names a client of a place without one',
      { sdks: ['go'], match: { error: 'EOF', where: 'run' } },
      /^0\.sdks: expected none/,
    ],
    [
      'names a scenario of a place without one',
      { scenarios: ['kill'], match: { error: 'EOF', where: 'control' } },
      /^0\.scenarios: expected none/,
    ],
    [
      'has a part of nearly everything',
      { match: { error: ' e ' } },
      /^0\.match\.error: expected at least three characters/,
    ],
    [
      'hides an equipment error',
      { match: { check: 'lost', status: 'harness_error' } },
      /^0\.match\.status: .*equipment can be known$/,
    ],
    ['has no bound of a p99', { match: { check: 'p99_ms' } }, /^0\.match\.p99_ms: expected a bound/],
    [
      'bounds another check',
      { match: { check: 'lost', p99_ms: 9 } },
      /^0\.match\.p99_ms: bounds the check p99_ms, got the check lost$/,
    ],
    [
      'has a lower bound',
      { match: { check: 'lost', lost: '>= 3' } },
      /^0\.match\.lost: expected an upper bound, e\.g\. <= 30$/,
    ],
    [
      'has a check that is never there',
      { match: { check: 'recovery', where: 'fault' } },
      /^0\.match\.where: expected scenario for the check recovery, got fault$/,
    ],
    [
      'names a client where there is none',
      { sdks: ['go'], match: { check: 'dead_broker' } },
      /^0\.sdks: expected none/,
    ],
    [
      'names a scenario where there is none',
      { scenarios: ['kill'], match: { check: 'lost', where: 'control' } },
      /^0\.scenarios: expected none/,
    ],
    [
      'has a line and another check',
      { match: { check: 'lost', line: 'panic' } },
      /^0\.match\.line: expected check: never_line/,
    ],
    ['has a day that is none', { until: '2027-02-31' }, /^0\.until: expected a day/],
    ['has an id that is no word', { id: 'RMQ 8' }, /^0\.id: expected letters, digits/],
    ['has a build that YAML reads as a number', { since: 12345678 }, /^0\.since: expected text, in quotes/],
  ])('that %s is refused', (_what, change, words) => {
    expect(problems(entry(change))).toEqual([expect.stringMatching(words)]);
  });

  it(
    'never covers a place where its check cannot be, and every other pair is read',
    () => {
      fc.assert(
        fc.property(fc.constantFrom(...CHECKS), fc.constantFrom(...PLACES), (check, where) => {
          const bound = check === 'p99_ms' ? { p99_ms: 1 } : {};
          const said = problems(entry({ match: { check, where, ...bound } }));
          expect(said.every((text) => text.startsWith('0.match.where: expected '))).toBe(true);
        }),
        bounded(200),
      );
    },
    timeout,
  );
});

describe('a list', () => {
  it('names only what is there', () => {
    expect(crossed(entry({ scenarios: ['leader-transfr'] }))).toEqual([
      "known.0.scenarios.0 (RMQ-8): expected '*' or one of leader-transfer, kill, got leader-transfr; did you mean leader-transfer?",
    ]);
    expect(crossed(entry({ sdks: ['java', 'pascal'] }))).toEqual([
      expect.stringMatching(/^known\.0\.sdks\.1 \(RMQ-8\): expected '\*' or one of go, java, got pascal$/),
    ]);
  });

  it('has each id once', () => {
    expect(crossed(entry(), entry(), entry({ id: 'RMQ-9' }))).toEqual(['known.1.id (RMQ-8): is there twice']);
  });

  it('has entries whose day has come, with which no run is planned', () => {
    const list = parsed(entry({ until: '2026-11-29' }), entry({ id: 'RMQ-9' })).data ?? [];
    expect(overProblems(list, '2026-11-29')).toEqual([
      expect.stringMatching(/^known\.0\.until \(RMQ-8\): 2026-11-29 has come, so this failure counts again/),
    ]);
    expect(overProblems(list, '2026-11-28')).toEqual([]);
  });

  it('may be empty or absent, which is not the same', () => {
    expect([known.parse([]), known.parse(undefined)]).toEqual([[], undefined]);
    expect(z.toJSONSchema(known, { unrepresentable: 'any', io: 'input' })).toBeDefined();
  });
});
