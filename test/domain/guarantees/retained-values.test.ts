import { describe, expect, it } from 'vitest';
import type { Publication } from '../../../src/domain/guarantees/publications.js';
import type { History, Send } from '../../../src/domain/guarantees/history.js';
import { isBefore, valuesOf, writtenTopics, type Values } from '../../../src/domain/guarantees/retained-values.js';
import { ack, connection, history, send } from '../../../testing/guarantee-history.js';

const writes = (seq: number, us: number, over: Partial<Send> = {}): Send => send(seq, us, { retain: true, ...over });

const written = (over: Partial<History>): Publication[] => writtenTopics(history(over)).get('t') ?? [];

const values = (sends: Send[], acks: History['acks'] = []): Values => valuesOf(written({ sends, acks }));

describe('writtenTopics', () => {
  it('has what was sent with the retain flag, by topic', () => {
    const sends = [writes(0, 1), send(1, 2), writes(2, 3, { topic: 'u' })];
    expect([...writtenTopics(history({ sends }))].map(([topic, [one]]) => [topic, one?.seq])).toEqual([
      ['t', 0],
      ['u', 2],
    ]);
  });

  it('never takes a value for settled whose connection ended before its acknowledgement', () => {
    const settledUs = (closedUs: number | null): number | undefined =>
      written({
        ...{ sends: [writes(0, 10)], acks: [ack(0, 20)] },
        connections: [connection({ client: 'pub', closedUs })],
      })[0]?.settledUs;
    expect([settledUs(null), settledUs(20), settledUs(19)]).toEqual([20, 20, Infinity]);
  });
});

describe('valuesOf', () => {
  it('knows the newest value that had been acknowledged before, be it acknowledged first', () => {
    const { newestBefore } = values([writes(0, 1), writes(1, 2), writes(2, 3)], [ack(1, 10), ack(0, 20)]);
    expect([10, 11, 21].map((us) => newestBefore(us)?.seq)).toEqual([undefined, 1, 1]);
  });

  it('holds that a value may be gone by a deletion, or QoS 0, that was not settled before it was sent', () => {
    const mayBeGone = (over: Partial<Send>, acks: History['acks'], us = 100): boolean => {
      const all = values([writes(0, 10, over), writes(1, 30)], acks);
      return all.mayBeGone(all.bySeq.get(1)!, us);
    };
    expect(mayBeGone({ clears: true }, [ack(0, 29)])).toBe(false);
    expect(mayBeGone({ clears: true }, [ack(0, 30)])).toBe(true);
    expect(mayBeGone({ qos: 0 }, [])).toBe(true);
    expect(mayBeGone({}, [])).toBe(false);
    expect(mayBeGone({ clears: true, us: 60 }, [], 60)).toBe(false);
    expect(mayBeGone({ clears: true, us: 60 }, [], 61)).toBe(true);
  });

  it('knows who wrote, and each value by its number', () => {
    const { writers, bySeq } = values([writes(0, 1), writes(1, 2, { publisher: 'other' })]);
    expect([[...writers], bySeq.get(1)?.publisher]).toEqual([['pub', 'other'], 'other']);
  });
});

describe('isBefore', () => {
  it('needs every copy to be settled before the other was first sent', () => {
    const both = (sends: Send[], acks: History['acks']): boolean => {
      const { bySeq } = values([...sends, writes(1, 50)], acks);
      return isBefore(bySeq.get(0)!, bySeq.get(1)!);
    };
    expect(both([writes(0, 10)], [ack(0, 49)])).toBe(true);
    expect(both([writes(0, 10)], [ack(0, 50)])).toBe(false);
    expect(both([writes(0, 10), writes(0, 20)], [ack(0, 15)])).toBe(false);
    expect(both([writes(0, 10)], [])).toBe(false);
  });
});
