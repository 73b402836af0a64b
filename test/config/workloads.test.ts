import { describe, expect, it } from 'vitest';
import { scenariosOf, workloadProblems } from '../../src/config/workloads.js';
import { SDKS, WORKLOADS } from '../../src/config/sdks.js';
import { scenario } from '../../testing/values.js';

const written = (name: string, ...workloads: string[]): Parameters<typeof scenariosOf>[0][number] => ({
  ...scenario(name),
  ...(workloads.length > 0 ? { workloads } : {}),
});
const sdks = SDKS.map(({ name }) => name);
const ours = { sdks, workload: 'basic-pubsub', areOurs: true };
const theirs = { ...ours, sdks: ['mine'], areOurs: false };

describe('the workloads of a scenario', () => {
  it('are a scenario each, with the same fault; the usual one has the name, and so has one that is alone', () => {
    const found = scenariosOf([written('a'), written('b', 'basic-pubsub', 'wills'), written('c', 'wills')], theirs);
    expect(found.map(({ name, workload, fault }) => [name, workload, fault])).toEqual([
      ['a', undefined, 'broker-kill'],
      ['b', undefined, 'broker-kill'],
      ['b-wills', 'wills', 'broker-kill'],
      ['c', 'wills', 'broker-kill'],
    ]);
    expect(found.every((one) => !('workloads' in one) && one.sdks === undefined)).toBe(true);
  });

  it('are for the SDKs whose client has them', () => {
    for (const workload of WORKLOADS) {
      const has = SDKS.filter(({ workloads }) => workloads.includes(workload)).map(({ name }) => name);
      const [one] = scenariosOf([written('a', workload)], ours);
      expect([workload, one?.sdks ?? sdks]).toEqual([workload, has]);
    }
  });
});

describe('workloads are refused', () => {
  const texts = (of: Parameters<typeof workloadProblems>[0], clients = ours): string[] =>
    workloadProblems(of, clients).map(({ text }) => text);

  it('that nobody has; of clients of a config’s own nobody knows', () => {
    expect(texts([written('a', 'basic-pubsub', 'nothing')])).toEqual([
      `scenarios.0.workloads.1: expected one of ${WORKLOADS.join(', ')}, got nothing`,
    ]);
    expect(texts([written('a', 'nothing')], theirs)).toEqual([]);
  });

  it('that stand there twice, or whose scenario has the name of another one', () => {
    expect(texts([written('a', 'wills', 'wills')], theirs)).toEqual(['scenarios.0.workloads.1: wills is there twice']);
    expect(texts([written('a', 'basic-pubsub', 'wills'), written('a-wills')], theirs)).toEqual([
      'scenarios.0.workloads.1: makes a scenario a-wills, which is there already: name it otherwise',
    ]);
    expect(
      texts([undefined, written('a', 'basic-pubsub', 'wills'), written('b', 'basic-pubsub', 'wills')], theirs),
    ).toEqual([]);
  });
});
