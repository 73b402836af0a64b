import { describe, expect, test } from 'vitest';
import { changesOf } from '../../src/domain/changes.js';
import type { Ledger } from '../../src/domain/ledger.js';
import { rejudge, type FindLedger } from '../../src/domain/rejudge.js';
import { type RunSources, ledgerOf } from '../../src/report/sources.js';
import { syntheticRun } from '../../testing/reports/synthetic.js';
import { rounds } from '../../testing/series/history.js';
import { rules } from '../../testing/values.js';

const good = syntheticRun({ messages: 300, sdks: ['go', 'rust'], lostEvery: 0 });
const finder =
  (sources: RunSources): FindLedger =>
  (scenario, phase, sdk) =>
    ledgerOf(sources, scenario, phase, sdk);

/** The same ledgers, but for one of which something is changed. */
const with_ =
  (change: (ledger: Ledger) => Ledger): FindLedger =>
  (scenario, phase, sdk) => {
    const ledger = ledgerOf(good, scenario, phase, sdk);
    const chosen = scenario === 'leader-transfer' && phase === 'validation' && sdk === 'go';
    return chosen && ledger !== undefined ? change(ledger) : ledger;
  };

describe('judging again', () => {
  test('by the same rules says the same', () => {
    const again = rejudge(good.data, { ledger: finder(good) }, rules, null);
    expect(again.differences).toEqual([]);
    expect(again.data).toEqual(good.data);
  });

  test('leaves alone what has changed: that is about the history of then', () => {
    const changes = changesOf(
      rounds(50, (i) => ({ lost: i < 40 ? 0 : 9 })),
      'local',
    );
    expect(changes).toHaveLength(1);
    const again = rejudge({ ...good.data, changes }, { ledger: finder(good) }, rules, null);
    expect([again.differences, again.data.changes]).toEqual([[], changes]);
  });

  test('by stricter rules says where the verdict changes, and leaves the stored run as it was', () => {
    const before = structuredClone(good.data);
    const { data, differences } = rejudge(good.data, { ledger: finder(good) }, { ...rules, p99LimitMs: 1 }, null);
    expect(data.headline).toBe('FAIL');
    expect(differences).toContainEqual({ where: 'run', what: 'headline', was: 'PASS', now: 'FAIL' });
    expect(differences).toContainEqual({ where: 'leader-transfer go', what: 'status', was: 'passed', now: 'failed' });
    expect(good.data).toEqual(before);
  });

  test('believes the ledger and not the client: a loss that was not counted fails the run', () => {
    const lying = with_((ledger) => ({
      ...ledger,
      messages: ledger.messages.map((m) => (m.seq === 7 ? { ...m, recv_us: null } : m)),
    }));
    const { data, differences } = rejudge(good.data, { ledger: lying }, rules, null);
    expect(data.headline).toBe('FAIL');
    expect(differences).toContainEqual({ where: 'leader-transfer go', what: 'lost', was: '0', now: '1' });
    expect(differences).toContainEqual({ where: 'leader-transfer go', what: 'received', was: '300', now: '299' });
  });

  test('finds a p99 that the client made better than it was', () => {
    const slow = with_((ledger) => ({
      ...ledger,
      messages: ledger.messages.map((m) => (m.recv_us === null ? m : { ...m, recv_us: m.recv_us + 700_000 })),
    }));
    const { data, differences } = rejudge(good.data, { ledger: slow }, rules, null);
    expect(data.headline).toBe('FAIL');
    expect(differences.find((d) => d.what === 'p99_ms')?.where).toBe('leader-transfer go');
  });

  test('makes messages lost during the fault count where the rules of today say so', () => {
    const lossy = syntheticRun({ messages: 300, sdks: ['go'], lostEvery: 100 });
    const healthy = { ...lossy, ledgers: lossy.ledgers.filter((l) => l.phase !== 'validation') };
    const warn = rejudge(good.data, { ledger: finder(healthy) }, rules, null);
    const fail = rejudge(good.data, { ledger: finder(healthy) }, { ...rules, durability: 'fail' }, null);
    expect([warn.data.headline, fail.data.headline]).toEqual(['PASS', 'FAIL']);
    expect(fail.differences.some((d) => d.what === 'acknowledged, then lost')).toBe(true);
  });

  test('finds in a run of 0.1.0 what was acknowledged after the recovery and lost', () => {
    const of01 = {
      ...good.data,
      scenarios: good.data.scenarios.map(({ borders: _, withoutLedger: __, ...rest }) => ({
        ...rest,
        faultPeriod: rest.faultPeriod.map(({ lostByPeriod: ___, ...figures }) => figures),
      })),
    };
    const afterUs = good.data.scenarios[0]!.fault.recoveredUs! + 1;
    const losing: FindLedger = (scenario, phase, sdk) => {
      const ledger = ledgerOf(good, scenario, phase, sdk);
      if (scenario !== 'leader-transfer' || phase !== 'fault' || sdk !== 'go') return ledger;
      const lost = ledger!.messages
        .slice(-40)
        .map((m) => ({ ...m, intended_us: afterUs, ack_us: afterUs, recv_us: null }));
      return { ...ledger!, messages: [...ledger!.messages.slice(0, -40), ...lost] };
    };
    const { differences, data } = rejudge(of01, { ledger: losing }, rules, null);
    const where = 'leader-transfer go, fault period';
    expect(differences).toEqual([{ where, what: 'acknowledged, then lost', was: '0', now: '40' }]);
    expect(data.headline).toBe('PASS');
    expect(rejudge(of01, { ledger: losing }, { ...rules, durability: 'fail' }, null).data.headline).toBe('FAIL');
    expect(rejudge(of01, { ledger: finder(good) }, rules, null).differences).toEqual([]);
  });

  test('makes the control run count where the rules of today say so, and no longer where they do not', () => {
    const ill = {
      ...good.data,
      control: good.data.control.map((o) => ({ ...o, result: { ...o.result!, p99_ms: 900 } })),
    };
    const strict = rejudge(ill, { ledger: () => undefined }, { ...rules, control: 'fail' }, null);
    expect(strict.data).toMatchObject({ headline: 'FAIL', controlFailures: [{ sdk: 'go' }, { sdk: 'rust' }] });
    expect(rejudge(strict.data, { ledger: () => undefined }, rules, null).data).toMatchObject({
      headline: 'PASS',
      controlFailures: [],
    });
  });

  test('names the clients that it has to take at their word', () => {
    const { withoutLedger, differences } = rejudge(good.data, { ledger: () => undefined }, rules, null);
    expect(withoutLedger).toContain('leader-transfer go');
    expect(withoutLedger).toHaveLength(8);
    expect(differences).toEqual([]);
  });

  test('gives a cancelled run no verdict', () => {
    const cancelled = { ...good.data, headline: 'CANCELLED', runPassed: false } as const;
    expect(rejudge(cancelled, { ledger: finder(good) }, rules, null).data.headline).toBe('CANCELLED');
  });
});
