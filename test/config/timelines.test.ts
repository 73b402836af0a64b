import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.js';
import { entriesIn, scenarioFrom, timelineProblems } from '../../src/config/timelines.js';
import { faults } from '../../src/host/faults/index.js';

type Given = Readonly<Record<string, unknown>>;
const parsed = (...entries: readonly Given[]) =>
  configSchema.parse({ cluster: { nodes: 3 }, scenarios: [{ name: 'both', faults: entries }] });
const problems = (...entries: readonly Given[]): string[] =>
  timelineProblems(parsed(...entries), faults).map(({ text }) => text);

const cut = { name: 'cut', fault: 'network-partition', target: 'another' };
const kill = { name: 'kill', fault: 'broker-kill', target: 'leader' };
const rolling = { name: 'rolling', fault: 'broker-restart', target: 'robustmq-server', params: { rolling: true } };

describe('a timeline', () => {
  it('may have a partition during a rolling restart, a kill beside a cut, and two brokers at once', () => {
    expect(problems({ ...rolling, for: 90 }, { ...cut, at: 10, for: 20 })).toEqual([]);
    expect(problems(cut, { ...kill, at: 5 })).toEqual([]);
    expect(problems(kill, { ...kill, name: 'pause', fault: 'broker-pause', target: 'another' })).toEqual([]);
  });

  it('is carried by runs with the times in ms, and with what each entry has to wait for', () => {
    const config = parsed({ ...cut, for: 10 }, { ...cut, name: 'again', at: 10 }, { ...kill, at: 2.5, after: 'cut' });
    const [scenario] = config.scenarios;
    if (scenario === undefined) throw new Error('expected a scenario');
    expect(scenarioFrom(scenario, config, faults)).toEqual({
      ...{ name: 'both', core: false, priority: 'P1' },
      ...{ fault: 'network-partition + network-partition + broker-kill', target: 'another + another + leader' },
      params: {},
      faults: [
        { ...cut, params: {}, atMs: 0, forMs: 10_000 },
        { ...cut, name: 'again', params: {}, atMs: 10_000, waitsFor: ['cut'] },
        { ...kill, params: {}, atMs: 2_500, after: 'cut', waitsFor: ['cut'] },
      ],
    });
  });

  it('has a name for each entry: that of the fault, numbered from the second on', () => {
    const unnamed = { fault: 'broker-kill', target: 'leader' };
    const [scenario] = parsed(unnamed, { ...unnamed, target: 'another' }, kill).scenarios;
    expect(scenario && entriesIn(scenario).map(({ name }) => name)).toEqual(['broker-kill', 'broker-kill-2', 'kill']);
  });

  it.each<[string, readonly Given[], RegExp]>([
    ['two of the links at once', [cut, { ...cut, name: 'b', at: 5 }], /faults\.1\.at \(both\): b and cut cannot be on/],
    ['what one keeps down and the other starts', [kill, { ...rolling, at: 5 }], /rolling stops and starts several/],
    [
      'one broker twice',
      [
        { ...kill, target: 'n2' },
        { ...kill, name: 'b', target: 'n2' },
      ],
      /both own n2/,
    ],
    [
      'the broker of another entry while it is on',
      [kill, { ...kill, name: 'b', fault: 'broker-pause', target: 'same as kill' }],
      /both own the broker of kill/,
    ],
    ['a fault that is on only alone', [cut, { name: 'n', fault: 'none', target: 'n1' }], /n can be on only alone/],
    ['more brokers than there are', ['a', 'b', 'c', 'd'].map((name) => ({ ...kill, name })), /no more than 3 brokers/],
    ['a name twice', [cut, { ...cut, at: 60 }], /faults\.1\.name \(both\): cut is there twice/],
    ['no beginning', [{ ...cut, at: 3 }], /faults\.0\.at \(both\): expected 0 for the first entry, got 3/],
    ['what comes after a later one', [{ ...cut, after: 'kill' }, kill], /expected an entry before this one \(none/],
    ['the broker of a later one', [{ ...cut, target: 'same as kill' }, kill], /expected same as an entry before/],
    [
      'nobody in particular',
      [{ ...kill, target: 'robustmq-server' }],
      /expected a broker by its name \(n1\) or leader/,
    ],
    ['a word where no one broker is hit', [{ ...rolling, target: 'leader' }], /does not hit one broker/],
    ['a victim', [{ ...cut, params: { victim: 'leader' } }], /expected no victim in a timeline/],
  ])('is refused for %s', (_what, entries, text) => {
    const found = problems(...entries);
    expect(found).toEqual([expect.stringMatching(text)]);
  });
});

it('a scenario with a single fault is as it was written', () => {
  const config = configSchema.parse({ scenarios: [{ name: 'k', fault: 'broker-kill', target: 'robustmq-server' }] });
  const [scenario] = config.scenarios;
  if (scenario === undefined) throw new Error('expected a scenario');
  const { workloads: _none, ...found } = scenarioFrom(scenario, config, faults);
  expect(found).toEqual({
    ...{ name: 'k', fault: 'broker-kill', target: 'robustmq-server', params: {}, core: false, priority: 'P1' },
  });
  expect(timelineProblems(config, faults)).toEqual([]);
});
