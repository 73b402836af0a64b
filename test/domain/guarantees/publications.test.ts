import { describe, expect, it } from 'vitest';
import { firstFrom, publicationsByTopic, topicsOf } from '../../../src/domain/guarantees/publications.js';
import { ack, send } from '../../../testing/guarantee-history.js';

const only = (of: Parameters<typeof publicationsByTopic>[0]) => publicationsByTopic(of).get('t')?.[0];

describe('publications', () => {
  it('are by topic, in the order of their first hand-over', () => {
    const sends = [send(1, 30), send(0, 20), send(2, 5, { topic: 'u' }), send(1, 10, { connection: 7, qos: 2 })];
    const found = publicationsByTopic({ sends, acks: [] });
    expect([...found].map(([topic, list]) => [topic, list.map(({ seq, sentUs }) => [seq, sentUs])])).toEqual([
      ['u', [[2, 5]]],
      [
        't',
        [
          [1, 10],
          [0, 20],
        ],
      ],
    ]);
    expect(found.get('t')?.[0]).toMatchObject({ publisher: 'pub', topic: 't', connection: 7, qos: 2 });
  });

  it('are acknowledged by the first last step that is no refusal', () => {
    const acks = [ack(0, 50), ack(0, 40), ack(0, 11, { step: 'pubrec' }), ack(0, 12, { code: 0x80 }), ack(1, 13)];
    expect(only({ sends: [send(0, 10)], acks })?.ackedUs).toBe(40);
    expect(only({ sends: [send(0, 10)], acks: [ack(0, 20, { step: 'pubcomp' })] })?.ackedUs).toBe(20);
    expect(only({ sends: [send(0, 10)], acks: [] })).toMatchObject({ ackedUs: Infinity, settledUs: Infinity });
  });

  it('are settled by the first acknowledgement after the last hand-over', () => {
    const sends = [send(0, 30), send(0, 10)];
    expect(only({ sends, acks: [ack(0, 20)] })).toMatchObject({ ackedUs: 20, settledUs: Infinity });
    expect(only({ sends, acks: [ack(0, 20), ack(0, 50), ack(0, 30)] })).toMatchObject({ ackedUs: 20, settledUs: 30 });
  });

  it('are found by a filter', () => {
    const topics = new Map(['a', 'a/b', 'a/c'].map((topic) => [topic, null]));
    expect(topicsOf('a/b', topics)).toEqual(['a/b']);
    expect(topicsOf('a/x', topics)).toEqual([]);
    expect(topicsOf('a/+', topics)).toEqual(['a/b', 'a/c']);
    expect(topicsOf('a/#', topics)).toEqual(['a', 'a/b', 'a/c']);
  });

  it('are searched as one after the other would be', () => {
    const rows = [1, 3, 3, 8];
    for (let least = 0; least < 10; least += 1) {
      const found = rows.findIndex((row) => row >= least);
      expect(firstFrom(rows, (row) => row, least)).toBe(found < 0 ? rows.length : found);
    }
    expect(firstFrom([], Number, 1)).toBe(0);
  });
});
