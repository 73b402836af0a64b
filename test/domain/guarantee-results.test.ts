import { describe, expect, it } from 'vitest';
import { NO_FAULT } from '../../src/domain/fault-record.js';
import { faultCircumstances, guaranteeResults } from '../../src/domain/guarantee-results.js';
import { ack, calm, history, receipt, send, subscription } from '../../testing/guarantee-history.js';

const of = { phase: 'validation', sdk: 'go' } as const;

describe('what the checkers say of a history', () => {
  it('is nothing of a checker that was shown nothing that it applies to', () => {
    expect(guaranteeResults(history(), calm, of)).toEqual([]);
    const one = history({ sends: [send(1, 1)], acks: [ack(1, 2)], receipts: [receipt(1, 3)] });
    expect(guaranteeResults(one, calm, of)).toContainEqual({
      ...{ guarantee: 'at-least-once', ...of, state: 'held', checked: 1, undecided: 0, why: '' },
      ...{ violations: 0, shown: [] },
    });
  });

  it('counts every violation and shows the first three in full, with texts that end somewhere', () => {
    const acks = [1, 2, 3, 4, 5].map((seq) => ack(seq, seq, { topic: 'x'.repeat(60_000) }));
    const [lost] = guaranteeResults(
      history({ acks, subscriptions: [subscription({ filter: '#', answeredUs: 0 })] }),
      calm,
      of,
    );
    expect(lost).toMatchObject({ guarantee: 'at-least-once', state: 'violated', violations: 5 });
    expect(lost?.shown).toHaveLength(3);
    expect(lost?.shown[0]?.text).toHaveLength(301);
    expect(JSON.stringify(lost).length).toBeLessThan(5000);
  });
});

describe('what was done to a cluster', () => {
  const fault = { ...NO_FAULT, injectedUs: 50, recoveredUs: 90, victim: 'n1, n3' };
  const brokers = [
    { sinceUs: 10, endpoints: { 'h:1': 'n1', 'h:2': 'n2', 'h:3': 'n3' } },
    { sinceUs: 60, endpoints: { 'h:9': 'n1' } },
  ];

  it('is the window of the fault and the endpoints that its victims had then', () => {
    const done = { injectedUs: 50, recoveredUs: 90, victims: ['h:1', 'h:3'] };
    expect(faultCircumstances('majority-kill', fault, brokers)).toEqual(done);
  });

  it('is nothing where nothing was injected, or what was injected is nothing', () => {
    expect(faultCircumstances('broker-kill', { ...fault, injectedUs: null }, brokers)).toBeNull();
    expect(faultCircumstances('none', fault, brokers)).toBeNull();
  });

  it('has no end where that was not proved, and no victims where something else than a broker was hit', () => {
    const stuck = { ...fault, recoverError: 'n1 is not back' };
    expect(faultCircumstances('broker-kill', stuck, brokers)?.recoveredUs).toBeNull();
    const links = { ...fault, victim: 'clients-n1, n1-n2' };
    expect(faultCircumstances('network-delay', links, brokers)?.victims).toBeNull();
    expect(faultCircumstances('broker-kill', fault, [])?.victims).toBeNull();
  });
});
