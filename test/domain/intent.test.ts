import { describe, expect, it } from 'vitest';
import { parseIntent } from '../../src/domain/intent.js';
import { catalogue, scenario } from '../../testing/values.js';

const p0 = catalogue.filter((s) => s.priority === 'P0').map((s) => s.name);

describe('words', () => {
  it.each([
    '按 P0 跑一轮 RobustMQ 故障场景',
    '帮我跑一轮 RobustMQ chaos 测试',
    'run a chaos test round',
    '按P0跑一轮robustmq故障场景。',
    '  Run a  chaos test round! ',
    '帮我跑一轮 RobustMQ chaos 测试?',
  ])('"%s" starts a full run', (words) => {
    expect(parseIntent(words, catalogue)).toEqual({ kind: 'full' });
  });

  it.each<[string, string[]]>([
    ['leader-transfer', ['leader-transfer']],
    ['按 P1 跑一轮 leader-transfer', ['leader-transfer']],
    ['按 P1 跑一轮', ['network-delay-100ms']],
    ['按 P1 跑一轮 RobustMQ 故障场景', ['network-delay-100ms']],
    ['please run Broker-Kill-Single.', ['broker-kill-single']],
    ['run leader-transfer and broker-kill-single', ['broker-kill-single', 'leader-transfer']],
    ['跑一下 leader-transfer', ['leader-transfer']],
    ['请帮我跑一轮leader-transfer、broker-kill-single吧', ['broker-kill-single', 'leader-transfer']],
    ['按 P0 跑一轮', p0],
    ['按 P0 跑一轮。', p0],
    ['run the P0 scenarios', p0],
    ['按 P0 和 P1 跑一轮', catalogue.map((s) => s.name)],
  ])('"%s" starts %j', (words, names) => {
    expect(parseIntent(words, catalogue)).toEqual({ kind: 'scenarios', names });
  });

  it('takes the longest name where one is part of another', () => {
    const list = [scenario('kill'), scenario('kill-leader')];
    expect(parseIntent('run kill-leader', list)).toEqual({ kind: 'scenarios', names: ['kill-leader'] });
    expect(parseIntent('run kill-leader and kill', list)).toEqual({
      kind: 'scenarios',
      names: ['kill', 'kill-leader'],
    });
  });

  it('a scenario added to the catalogue can be named at once', () => {
    const list = [...catalogue, scenario('disk-full')];
    expect(parseIntent('跑一下 disk-full', list)).toEqual({ kind: 'scenarios', names: ['disk-full'] });
  });

  it.each([
    '',
    'hello',
    'run',
    '跑一轮',
    '按 P1 跑一轮 leader-transfr',
    '按 P2 跑一轮',
    '按 P1 和 P2 跑一轮',
    'run a chaos test round tomorrow',
    "don't run leader-transfer",
    'do not run leader-transfer',
    'run everything except network-delay-100ms',
    'why did leader-transfer fail',
    'run leader-transfer tomorrow',
    'run leader-transfer-2',
    'run my-leader-transfer',
    '为什么上一轮 leader-transfer 失败了?',
    '不要跑 leader-transfer',
    '别跑 leader-transfer',
    '不按 P1 跑一轮',
    '除了 leader-transfer 都跑',
    'run leader-transfer (not)',
    'run -leader-transfer',
    'run ~leader-transfer',
  ])('"%s" fits nothing, and the answer lists what would', (words) => {
    const intent = parseIntent(words, catalogue);
    expect(intent.kind).toBe('nothing');
    expect(intent).toMatchObject({
      wouldFit: expect.arrayContaining(['run a chaos test round', '按 P1 跑一轮', ...catalogue.map((s) => s.name)]),
    });
  });

  it('P1 fits nothing in a catalogue without P1 scenarios', () => {
    expect(parseIntent('按 P1 跑一轮', [scenario('a')]).kind).toBe('nothing');
  });
});
