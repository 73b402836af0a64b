import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markdownReport } from '../../src/report/markdown.js';
import type { FaultRecord } from '../../src/domain/fault-record.js';
import type { Scenario } from '../../src/domain/scenario.js';
import { visible } from '../../src/domain/verbatim.js';
import { anyWords, GITHUBS_OWN, markupOf, NASTY, proseOf, readTables, readText, rendered } from '../../testing/gfm.js';
import { bounded } from '../../testing/properties.js';
import { runSaying } from '../../testing/reports/foreign.js';
import { catalogue, outcome } from '../../testing/values.js';
import { figures, plan, result, runData, snapshot } from '../../testing/reports/values.js';

const [follower, delay, leader] = catalogue as [Scenario, Scenario, Scenario];

describe('the report', () => {
  it('begins with the verdict in words, then what limits it', () => {
    const timing = { ...plan.timing, healWaitMs: 1000 };
    const lines = markdownReport(runData({ plan: { ...plan, timing, sdksLeftOut: ['java'] } })).split('\n');
    expect(lines.slice(0, 5)).toEqual([
      '# ✓ PASS: 3 of 3 scenarios passed',
      '',
      '> **Note:** Not a real verdict: the heal wait was 1 s instead of 60 s.',
      '>',
      '> **Note:** The matrix is incomplete: java left out.',
    ]);
  });

  it('says what ran where and when, in the time zone of the config, and with which config', () => {
    const text = markdownReport(runData());
    expect(text).toContain('Run `chaos-run-local-1` (full) on cluster `local`, driver `nats`, 3 brokers.');
    expect(text).toContain('2026-11-22T19:58:00+08:00 to 2026-11-22T20:10:04+08:00. Pass rate 100 %.');
    expect(text).toContain('Config `sha256:abcdef012345`. nats-server v2.15.1.');
    const control = [outcome({ sdk: 'go', result: { library: 'paho.mqtt.golang 1.5' } })];
    expect(markdownReport(runData({ control }))).toContain('nats-server v2.15.1, go: paho.mqtt.golang 1.5.');
  });

  it('lists failed scenarios first, and those that were not run', () => {
    const losing = [outcome({ sdk: 'go', result: { lost: 2 } }), outcome({ sdk: 'rust' })];
    const text = markdownReport(runData({ scenarios: [result(follower), result(leader, { validation: losing })] }));
    const rows = text.slice(text.indexOf('## Validation, 60 s after')).split('\n').slice(4, 7);
    expect(rows).toEqual([
      '| ✗ leader-transfer | yes | failed | ✗ lost 2, p99 12.5 ms | ✓ lost 0, p99 12.5 ms |',
      '| ✓ broker-kill-single | yes | passed | ✓ lost 0, p99 12.5 ms | ✓ lost 0, p99 12.5 ms |',
      '| ✗ network-delay-100ms | no | not run | – | – |',
    ]);
  });

  it('says how long was really waited for the healing in the heading of the validation', () => {
    const timing = { ...plan.timing, healWaitMs: 2000 };
    expect(markdownReport(runData({ plan: { ...plan, timing } }))).toContain('## Validation, 2 s after the recovery');
  });

  it('compares every validation with the control run', () => {
    const text = markdownReport(runData());
    expect(text).toContain('p99 against the control run: go 5 → 12.5 ms (2.5 ×), rust 12.5 → 12.5 ms (1.0 ×).');
  });

  it('says who had the processors, by the client that ran longest', () => {
    const hostCpu = { busyPercent: 97, clusterPercent: 30, clientsPercent: 6 };
    const long = { ...outcome({ sdk: 'go' }), durationSeconds: 22, hostCpu };
    const short = { ...outcome({ sdk: 'rust' }), hostCpu: { ...hostCpu, busyPercent: 50 } };
    const said = '97 % busy (cluster 30 %, clients 6 %, everything else 61 %)';
    const validated = markdownReport(runData({ scenarios: [result(leader, { validation: [short, long] })] }));
    expect(validated.split(said)).toHaveLength(2);
    expect(markdownReport(runData({ control: [long] })).split(said)).toHaveLength(2);
    expect(markdownReport(runData())).not.toContain('CPU of this host');
  });

  it('tells what the live sessions went through during the fault', () => {
    const text = markdownReport(runData({ scenarios: [result(leader)] }));
    expect(text).toContain('| go | 1500 | 1490 | 1490 | 4.32 s | 4.57 s | 0 | 10 | 3 | 1.5 | 900 | 4600 | 2 |');
  });

  it('names the messages that were acknowledged and lost', () => {
    const faultPeriod = [figures({ ackedLost: 2, ackedLostSeqs: [7, 8] })];
    const lost = { intendedMs: 140, sentMs: 140.5, ackedMs: -1500, attempts: 1, ackedBy: 'n2 (127.0.0.1:1)' };
    const messages = [7, 8].map((seq) => ({ seq, ...lost }));
    const where = { scenario: 'leader-transfer', phase: 'fault', sdk: 'go', since: 'inject' } as const;
    const losses = [{ ...where, count: 2, seqs: '7–8', messages }];
    const text = markdownReport(runData({ scenarios: [result(leader, { faultPeriod })], losses }));
    expect(text.split('\n')[0]).toContain('2 acknowledged messages lost in the fault period');
    expect(text).toContain('| leader-transfer, fault period | go | 2 | 7–8 |');
    expect(text).toMatch(/go in leader-transfer, fault period: .*the inject/);
    expect(text).toContain('| 7 | +0.140 s | +0.141 s | −1.500 s | n2 (127.0.0.1:1) | 1 |');
  });

  it('tells who led before and after, and how long it took', () => {
    expect(markdownReport(runData())).toContain('| meta | n2 | n3 | 4.25 | 2 → 5 |');
  });

  it('says when nobody took over', () => {
    const leaders = [{ group: 'meta', from: 'n2', to: null, seconds: null, termFrom: 2, termTo: null }];
    const text = markdownReport(runData({ scenarios: [result(leader, { fault: { leaders } })] }));
    expect(text).toContain('| meta | n2 | nobody else | – | 2 → – |');
  });

  it('tells a fault from ticket to proof, with its times', () => {
    const text = markdownReport(runData({ scenarios: [result(delay)] }));
    expect(text).toContain('Fault `network-delay` on `eth0` (delay_ms=100, jitter_ms=10), by sigkill, victim n2.');
    expect(text).toMatch(/Injected at 2026-11-22T20:00:00\+08:00\. .*proved at 2026-11-22T20:00:32\+08:00, 32\.50 s/);
    expect(text).toContain('| ✓ | process 41 of n2 | gone | gone |');
    expect(text).toContain('| ✓ | cluster | every node in | every node in |');
  });

  it.each([
    [
      'an inject error and its cleanup',
      { injectError: 'no eth9', cleanup: 'nothing to do' },
      'no eth9. Cleanup: nothing to do.',
    ],
    ['a fault that did not bite', { observed: false }, '**The fault was not seen to take effect.**'],
    ['a fault that ended early', { cutShort: true }, '**The fault ended too early.**'],
    ['a recovery that failed', { recoverError: 'n2 is gone' }, '**Recover error (stuck):** n2 is gone.'],
  ])('tells of %s', (_what, fault, words) => {
    expect(markdownReport(runData({ scenarios: [result(leader, { fault })] }))).toContain(words);
  });

  it('does not call a fault recovered whose end could not be proved', () => {
    const said = (proof: Partial<FaultRecord>): string =>
      markdownReport(runData({ scenarios: [result(leader, { fault: { recoverError: 'n2 is gone', ...proof } })] }));
    const [never, late] = [said({ healed: [] }), said({})];
    expect(never).toMatch(/given up without proof, at 2026-11-22T20:00:32\+08:00, 32\.50 s/);
    expect(late).toMatch(/too late, at 2026-11-22T20:00:32\+08:00, 32\.50 s/);
    expect(never + late).not.toMatch(/recovered and proved/i);
  });

  it('tells messages that were never acknowledged from lost ones, and a client that received nothing from a fast one', () => {
    const mute = outcome({ sdk: 'go', result: { received: 0, unconfirmed: 1000, p99_ms: null } });
    const text = markdownReport(runData({ scenarios: [result(leader, { validation: [mute] })] }));
    expect(text).toContain('lost 0, unconfirmed 1000, no p99 |');
  });

  it('shows failed checks, a bad last line, and a client that was started again', () => {
    const bad = outcome({ sdk: 'java', result: null, lineProblem: 'expected one JSON object, got "a|b"' });
    const again = { ...outcome({ sdk: 'rust' }), attempt: 2 };
    const text = markdownReport(runData({ scenarios: [result(leader, { validation: [bad, again] })] }));
    expect(text).toContain(
      '| java | last_line | a result as in CONTRACT.md | `expected one JSON object, got "a`&#124;`b"` |',
    );
    expect(text).toContain('| rust | passed (attempt 2) |');
    expect(text).toContain("Attribution: the test's own equipment.");
  });

  it('shows lines that must never appear, missing metrics, and metrics that changed', () => {
    const snapshots = [
      snapshot({ figures: { 'n1.routes': 8, 'n1.mem': 1, 'n1.streams': 5 } }),
      snapshot({
        label: 'leader-transfer-2-during',
        figures: { 'n1.routes': 4, 'n1.mem': 2, 'n1.streams': 5 },
        neverLines: ['n2: panic: boom'],
        warnings: ['n2: no /varz'],
        newLogLines: 17,
      }),
    ];
    const text = markdownReport(runData({ scenarios: [result(leader, { snapshots })] }));
    expect(text).toContain('- leader-transfer-2-during: `n2: panic: boom`');
    expect(text).toContain('- leader-transfer-2-during: n2: no /varz');
    expect(text).toContain('| figure | baseline | during |');
    expect(text).toContain('| n1.routes | 8 | 4 |');
    expect(text).toContain('17 new log lines');
    expect(text).not.toContain('n1.streams');
  });

  it('says how to see it and to run it again', () => {
    expect(markdownReport(runData())).toContain('Run it again: `npm run round`.');
    const single = { ...plan, kind: 'single', scenarios: [leader] } as const;
    expect(markdownReport(runData({ plan: single }))).toContain('Run it again: `npm run scenario -- leader-transfer`.');
  });

  it('of a run that never had a cluster is still a whole report', () => {
    const runFailures = [{ status: 'cluster_start_error', blame: 'broker', sdk: null }] as const;
    const text = markdownReport(runData({ scenarios: [], control: [], runFailures }));
    expect(text.split('\n')[0]).toBe('# ✗ FAIL: 0 of 3 scenarios passed — run: cluster_start_error');
    expect(text).not.toMatch(/undefined|null|NaN|\[object/);
  });

  it('is one piece of text without a hole', () => {
    const text = markdownReport(runData());
    expect(text).not.toMatch(/undefined|NaN|\[object|\n\n\n/);
    expect(text.endsWith('\n')).toBe(true);
  });
});

describe('words of others in the report', () => {
  const harmless = rendered(markdownReport(runSaying('x')));
  const ours = (html: string): string => proseOf(html.slice(html.indexOf('</h1>'))).replace(/:\d\d:/g, '');

  function expectNothingDone(words: string): void {
    const html = rendered(markdownReport(runSaying(words)));
    const said = visible(words);
    const rows = readTables(html);
    expect(markupOf(html)).toEqual(markupOf(harmless));
    expect(rows.map((row) => row.length)).toEqual(readTables(harmless).map((row) => row.length));
    expect(rows.filter(([, ...cells]) => cells.length === 3 && cells.every((cell) => cell === said))).toHaveLength(2);
    expect(rows.flatMap((row) => (row[0] === 'go' ? row.slice(15) : []))).toEqual([said, `${said}; ${said}`]);
    expect(readText(html).split(said).length).toBeGreaterThan(30);
    expect(ours(html)).not.toMatch(GITHUBS_OWN);
  }

  it.each(NASTY.filter((_, i) => i % 3 === 0))(
    'read as they were said, and change nothing else: %j',
    expectNothingDone,
  );

  it('do so whatever they are', () => {
    fc.assert(
      fc.property(
        anyWords.filter((words) => words !== ''),
        expectNothingDone,
      ),
      bounded(10),
    );
  });
});
