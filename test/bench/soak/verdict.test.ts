import { describe, expect, it } from 'vitest';
import { FIGURES, type Figures } from '../../../testing/soak/figures.js';
import { judgeSoak, type Round } from '../../../testing/soak/verdict.js';

const level = Object.fromEntries(Object.keys(FIGURES).map((figure) => [figure, 100])) as Figures;

const rounds = (count: number, change: (round: number) => Partial<Round> = () => ({})): Round[] =>
  Array.from({ length: count }, (_, i) => ({
    number: i + 1,
    ...{ seconds: 30, exitStatus: 0, worker: '7:1', server: '8:1', figures: level },
    ...change(i + 1),
  }));

describe('a soak', () => {
  it('holds where every figure is flat and nothing is left', () => {
    const { problems, lines, summary } = judgeSoak(rounds(20), []);
    expect(problems).toEqual([]);
    expect(lines).toHaveLength(Object.keys(FIGURES).length);
    expect(lines[0]).toBe('worker MB: median 100, 0 a round, 0 in all (≤ 10 %)');
    expect(summary).toBe('✓ 20 rounds, 20 of them PASS: every figure is flat from round 10 on; nothing is left behind');
  });

  it.each(Object.keys(FIGURES))('does not hold where this rises: %s', (figure) => {
    const rising = rounds(30, (round) => ({ figures: { ...level, [figure]: 100 + 5 * round } }));
    const { problems, summary } = judgeSoak(rising, []);
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${figure}: median .*: it rises$`))]);
    expect(summary).toMatch(/^✗ 30 rounds/);
  });

  it('says of a few rounds only that they were, and what is left', () => {
    expect(judgeSoak(rounds(3), []).summary).toMatch(/^✓ 3 rounds, 3 of them PASS: too few rounds to judge a slope/);
    expect(judgeSoak(rounds(3), ['process 9 nats-server']).summary).toBe(
      '✗ 3 rounds, 3 of them PASS: left behind: process 9 nats-server',
    );
  });

  it('does not hold where a figure could not be seen', () => {
    const blind = rounds(3, (round) => (round === 2 ? { figures: { ...level, 'server MB': NaN } } : {}));
    expect(judgeSoak(blind, []).problems).toEqual(['server MB: could not be seen in every round']);
  });

  it('does not hold where worker or server were replaced: a leak could hide behind that', () => {
    const other = rounds(20, (round) => (round > 12 ? { worker: '9:2' } : {}));
    expect(judgeSoak(other, []).problems).toEqual(['the worker was replaced: 7:1, then 9:2']);
    const server = rounds(3, (round) => (round > 1 ? { server: 'none' } : {}));
    expect(judgeSoak(server, []).problems).toEqual(['the server was replaced: 8:1, then none']);
  });

  it('counts verdicts of every kind, and does not hold where a round has none', () => {
    const mixed = rounds(3, (round) => ({ exitStatus: round - 1 }));
    expect(judgeSoak(mixed, [])).toMatchObject({
      problems: [],
      summary: expect.stringMatching(/^✓ 3 rounds, 1 of them/) as unknown,
    });
    const refused = rounds(3, (round) => ({ exitStatus: round === 2 ? 75 : 0 }));
    expect(judgeSoak(refused, []).problems).toEqual(['round 2 has no verdict: exit status 75']);
  });
});
