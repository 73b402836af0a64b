import { describe, expect, it } from 'vitest';
import { NO_FAULT, type FaultRecord } from '../../src/domain/fault-record.js';
import { entryRecordsOf, joined, type EntryRecord, type WholeRecord } from '../../src/domain/fault-rows.js';
import { judgeScenario } from '../../src/domain/judge-scenario.js';
import { judgeSdk } from '../../src/domain/judge-sdk.js';
import { isProvedOver } from '../../src/domain/periods.js';
import { goodFault, outcome, rules, scenario } from '../../testing/values.js';

const row = (what: string) => ({ what, expected: 'x', observed: 'x', ok: true });
const cut: EntryRecord = {
  entry: 'cut',
  record: {
    ...goodFault,
    ...{ faultId: 'f-cut', injector: 'toxiproxy', victim: 'n3', reason: 'a cut', recoveryBlame: 'equipment' },
    ...{ injectedAt: 'A', injectedUs: 1_000_000, recoveredAt: 'D', recoveredUs: 9_000_000 },
    ...{ bite: [row('route')], healed: [row('route')] },
  },
};
const kill: EntryRecord = {
  entry: 'kill',
  record: {
    ...goodFault,
    ...{ faultId: 'f-kill', injector: 'sigkill', victim: 'n1', reason: 'a kill', recoveryBlame: 'broker' },
    ...{ injectedAt: 'B', injectedUs: 3_000_000, recoveredAt: 'C', recoveredUs: 6_000_000 },
    ...{ bite: [row('process')], healed: [row('process')] },
    leaders: [{ group: 'g', from: 'n1', to: 'n2', seconds: 1.5, termFrom: 1, termTo: 2 }],
  },
};
const whole: WholeRecord = { recoveredAt: 'E', recoveredUs: 10_000_000, healed: [row('cluster')], error: null };

const changed = (of: EntryRecord, change: Partial<FaultRecord>): EntryRecord => ({
  ...of,
  record: { ...of.record, ...change },
});
const statusOf = (fault: FaultRecord) => {
  const nothingElse = { deadNodes: [], clusterEnded: null, brokersUnknown: null, equipmentDied: [], rules };
  const verdicts = [judgeSdk(outcome(), rules, 1000)];
  return judgeScenario({ fault, verdicts, lostInFault: { count: 0, uncounted: [] }, ...nothingElse });
};

describe('all faults of a scenario as one', () => {
  it('are of a single fault its own record, unchanged', () => {
    expect(joined([cut], null)).toBe(cut.record);
    expect(joined([], null)).toBe(NO_FAULT);
  });

  it('are on from the first inject to the proof of all together, and every row says whose it is', () => {
    const all = joined([cut, kill], whole);
    expect(all).toMatchObject({
      ...{ faultId: 'f-cut, f-kill', victim: 'n3, n1', injectedAt: 'A', injectedUs: 1_000_000 },
      ...{ recoveredAt: 'E', recoveredUs: 10_000_000, observed: true, cutShort: false, recoverError: null },
    });
    expect(all.bite.map(({ what }) => what)).toEqual(['cut: route', 'kill: process']);
    expect(all.healed.map(({ what }) => what)).toEqual(['cut: route', 'kill: process', 'cluster']);
    expect(all.leaders[0]?.seconds).toBe(3.5);
    expect(statusOf(all)).toMatchObject({ passed: true });
  });

  it('are not seen if one of them was not, and cut short if one was', () => {
    expect(statusOf(joined([changed(cut, { observed: false }), kill], whole)).status).toBe('fault_not_observed');
    expect(statusOf(joined([cut, changed(kill, { cutShort: true })], whole)).status).toBe('fault_cut_short');
  });

  it('are not seen if one of them was not begun', () => {
    expect(statusOf(joined([cut, { entry: 'kill', record: NO_FAULT }], whole)).status).toBe('fault_not_observed');
  });

  it('are an inject error if one was', () => {
    const all = joined([cut, changed(kill, { injectError: 'no pid', cleanup: 'failed: n1 is not back' })], null);
    expect(all).toMatchObject({ injectError: 'kill: no pid', cleanup: 'failed: kill: failed: n1 is not back' });
    expect(statusOf(all).status).toBe('inject_error');
    expect(isProvedOver(all)).toBe(false);
  });

  it('are not over if one of them is not, whatever was proved of the others', () => {
    const all = joined([cut, changed(kill, { recoverError: 'n1 is not back', healed: [] })], null);
    expect(all).toMatchObject({ recoverError: 'kill: n1 is not back', recoveryBlame: 'broker', healed: [] });
    expect(isProvedOver(all)).toBe(false);
    expect(statusOf(all)).toMatchObject({ status: 'recover_error', failures: [{ blame: 'broker' }] });
  });

  it('are not blamed on the broker if the end of one was the equipment’s', () => {
    const stuck = changed(cut, { recoverError: 'toxics are left', recoverErrorBlame: 'equipment', healed: [] });
    const dead = changed(kill, { recoverError: 'n1 is not back', recoverErrorBlame: 'broker', healed: [] });
    for (const { blame } of statusOf(joined([stuck, dead], null)).failures) expect(blame).toBe('equipment');
  });

  it('are the broker’s failure if each was over, and the cluster was not whole then', () => {
    const lost: WholeRecord = { ...whole, healed: [], error: 'n2 lags', recoverErrorBlame: 'broker' };
    const all = joined([cut, kill], lost);
    expect(all).toMatchObject({ recoverError: 'n2 lags', healed: [] });
    expect(statusOf(all)).toMatchObject({ status: 'recover_error', failures: [{ blame: 'broker' }] });
    const full = joined([cut, kill], { ...lost, recoverErrorBlame: 'equipment' });
    expect(statusOf(full).status).toBe('harness_error');
  });
});

it('a stored scenario of one fault has that one', () => {
  const stored = { scenario: scenario('kill'), fault: kill.record };
  expect(entryRecordsOf(stored)).toEqual([{ entry: 'broker-kill', record: kill.record }]);
  expect(entryRecordsOf({ ...stored, faults: [cut, kill] })).toEqual([cut, kill]);
});
