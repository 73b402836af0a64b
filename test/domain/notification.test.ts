import { describe, expect, it } from 'vitest';
import {
  breakerMessage,
  failedMessage,
  formatErrorsMessage,
  knownMessage,
  overdueMessage,
  passedMessage,
  resumedMessage,
  type RunFacts,
  unplannedMessage,
} from '../../src/domain/notification.js';

const facts = (change: Partial<RunFacts> = {}): RunFacts => ({
  runId: 'r1',
  kind: 'full',
  cluster: 'local',
  finishedAt: '2026-11-22T20:15:04+08:00',
  passRatePercent: 66,
  failedScenarios: ['broker-kill-single', 'leader-transfer'],
  equipmentFailures: [],
  failedBefore: [],
  updateFailed: false,
  news: null,
  changes: [],
  consecutiveFailures: 1,
  opens: false,
  report: { url: 'https://example.org/r1', pushError: null, localPath: '/srv/runs/r1/report.md' },
  ...change,
});

const failed = [
  '❌ RobustMQ 故障测试失败',
  'Run ID: r1 时间: 2026-11-22T20:15:04+08:00',
  '失败场景: broker-kill-single, leader-transfer',
  '报告: https://example.org/r1',
];

describe('a message, to the letter', () => {
  it('of a run that passed', () => {
    expect(passedMessage(facts({ passRatePercent: 100 }))).toEqual({
      id: 'r1/passed',
      kind: 'passed',
      runId: 'r1',
      cluster: 'local',
      urgent: false,
      ofRound: true,
      reportUrl: 'https://example.org/r1',
      text: [
        '✅ RobustMQ 故障测试通过',
        'Run ID: r1 时间: 2026-11-22T20:15:04+08:00',
        '核心场景: 全部通过 总通过率: 100%',
        '报告: https://example.org/r1',
      ].join('\n'),
    });
  });

  it('of a run that failed', () => {
    expect(failedMessage(facts())).toMatchObject({ id: 'r1/failed', urgent: false, text: failed.join('\n') });
  });

  it('of an invalid run adds the failures of the equipment at its end', () => {
    const { text } = failedMessage(facts({ equipmentFailures: ['control/go(script_not_found)', 'a(inject_error)'] }));
    expect(text).toBe([...failed, '测试设备故障: control/go(script_not_found), a(inject_error)'].join('\n'));
  });

  it('adds what is new, known and gone, where the config has a list of known failures', () => {
    const news = { isNew: ['leader-transfer/go(lost 3)'], known: ['RMQ-2', 'RMQ-8'], gone: [] };
    const line = '新问题: leader-transfer/go(lost 3) 已知: RMQ-2, RMQ-8 已消失: 无';
    expect(failedMessage(facts({ news })).text).toBe([...failed, line].join('\n'));
    expect(passedMessage(facts({ news: { isNew: [], known: [], gone: ['RMQ-2'] } })).text).toMatch(
      /\n新问题: 无 已知: 无 已消失: RMQ-2$/,
    );
  });

  it('of a run with nothing but known failures has the words of one that failed, and may be one that nobody has to read', () => {
    const news = { isNew: [], known: ['RMQ-2'], gone: [] };
    const message = knownMessage(facts({ news }), true);
    expect(message).toMatchObject({ id: 'r1/known', kind: 'known', ofRound: true, quiet: true });
    expect(message.text).toBe([...failed, '新问题: 无 已知: RMQ-2 已消失: 无'].join('\n'));
    expect(knownMessage(facts({ news }), false)).not.toHaveProperty('quiet');
  });

  it('adds that the broker failed before anything was done to it, also to a run that passed', () => {
    const ill = { failedBefore: ['control/go(failed)'] };
    const line = '注入故障之前 RobustMQ 已失败: control/go(failed)';
    expect(passedMessage(facts(ill)).text.split('\n')).toEqual([
      expect.any(String),
      expect.any(String),
      expect.any(String),
      expect.any(String),
      line,
    ]);
    expect(failedMessage(facts(ill)).text).toBe([...failed, line].join('\n'));
    // By `verdict.control: fail`, when every scenario has passed.
    expect(failedMessage(facts({ ...ill, failedScenarios: [] })).text).toContain('失败场景: 无\n');
  });

  it('says that an old broker was tested, where the newer one did not come', () => {
    const line = '⚠️ 更新 broker 失败 (cluster.update), 本轮测试的是旧版本';
    const updateFailed = true;
    expect(passedMessage(facts({ updateFailed })).text.split('\n').at(-1)).toBe(line);
    expect(failedMessage(facts({ updateFailed })).text).toBe([...failed, line].join('\n'));
  });

  it('of the run that opens the breaker begins with the alarm, and the breaker sends its own', () => {
    const third = facts({ consecutiveFailures: 3, opens: true });
    expect(failedMessage(third).text).toBe(['🚨 连续 3 轮失败,请人工介入', ...failed].join('\n'));
    expect(breakerMessage(third)).toMatchObject({
      id: 'r1/breaker',
      urgent: true,
      text: [
        '🚨 连续 3 轮失败,请人工介入',
        '最后失败: r1 2026-11-22T20:15:04+08:00',
        '报告: https://example.org/r1',
      ].join('\n'),
    });
  });

  it.each([
    ['was not asked for', null, '报告: /srv/runs/r1/report.md'],
    ['failed', 'timeout', '报告: /srv/runs/r1/report.md (推送失败: timeout)'],
  ])('gives the local path where the push %s', (_, pushError, line) => {
    const report = { url: null, pushError, localPath: '/srv/runs/r1/report.md' };
    for (const message of [passedMessage, failedMessage, breakerMessage, formatErrorsMessage]) {
      expect(message(facts({ report })).text.split('\n')).toContain(line);
    }
  });

  it('of a resume says who and why', () => {
    const { text, id } = resumedMessage(facts(), { by: 'ann', reason: 'disk replaced' });
    expect(id).toBe('r1/resumed');
    expect(text).toContain('操作人: ann 原因: disk replaced');
  });
});

describe('a message about a cluster and no run', () => {
  it('says for how long there is no verdict, and how often one is expected', () => {
    const overdue = { since: '2026-11-28T00:00:00Z', forMs: 9.2 * 3_600_000, everyMs: 4 * 3_600_000 };
    const lastVerdict = { runId: 'r1', headline: 'PASS', finishedAt: '2026-11-28T00:00:00Z' } as const;
    expect(overdueMessage('local', overdue, lastVerdict)).toMatchObject({
      ...{ id: 'local/overdue/2026-11-28T00:00:00Z', runId: null, urgent: true, ofRound: false, reportUrl: null },
      text: [
        '⏰ RobustMQ 故障测试逾期: 已 9 h 没有结论 (应每 4 h 一次)',
        '集群: local',
        '最后结论: PASS r1 2026-11-28T00:00:00Z',
        '请检查: robustmq-chaos status',
      ].join('\n'),
    });
    expect(overdueMessage('local', overdue, null).text).toContain('最后结论: 无\n');
  });

  it('says why scheduled rounds have no plan', () => {
    const unplanned = {
      workflowId: 'w1',
      ...{ since: 'T', at: 'T2' },
      problem: '/c.yml: 1 problem',
      configPath: null,
      rounds: 1,
      told: false,
    };
    expect(unplannedMessage('local', unplanned)).toMatchObject({
      ...{ id: 'local/config-invalid/T', kind: 'config-invalid' },
      text: expect.stringContaining('Run ID: w1\n/c.yml: 1 problem\n'),
    });
    const problem = 'no space left on device — Make room';
    expect(unplannedMessage('local', { ...unplanned, code: 'DISK_FULL', problem })).toMatchObject({
      ...{ id: 'local/unplanned/T', kind: 'unplanned', urgent: true },
      text: [
        '⚠️ 测试设备故障, 定时轮次没有执行 (不计入失败次数)',
        '集群: local Run ID: w1',
        problem,
        '检查主机: robustmq-chaos doctor',
      ].join('\n'),
    });
  });
});

it.each([
  ['who resumes, and why', (words: string) => resumedMessage(facts(), { by: words, reason: words })],
  [
    'why a push failed',
    (words: string) => passedMessage(facts({ report: { url: null, pushError: words, localPath: 'p' } })),
  ],
  ['what failed', (words: string) => failedMessage(facts({ equipmentFailures: [words] }))],
])('words of others, %s, make no lines of their own, and hide nothing', (_what, message) => {
  const { text } = message('a\n✅ 通过\u202e\u001b[2J');
  expect(text.split('\n')).toHaveLength(message('a').text.split('\n').length);
  expect(text).toContain('a\\n✅ 通过\\u202e\\u001b[2J');
});
