import { describe, expect, it } from 'vitest';
import type { History } from '../../../src/domain/guarantees/history.js';
import { readersOf, type Reader } from '../../../src/domain/guarantees/retained-readers.js';
import { connection, history, receipt, subscription } from '../../../testing/guarantee-history.js';

const readers = (over: Partial<History>, topics = ['t']): Reader[] =>
  readersOf(history(over), new Map(topics.map((topic) => [topic, null])));

describe('readersOf', () => {
  it('is each connection with a new session that subscribed, once for each topic', () => {
    const [reader, ...others] = readers({
      subscriptions: [subscription({ sentUs: 5, answeredUs: 6 }), subscription()],
    });
    expect(others).toEqual([]);
    expect(reader).toEqual({
      ...{ client: 'sub', topic: 't', endpoint: '127.0.0.1:1883', sentUs: 2, answeredUs: 3, untilUs: 1_000_000 },
      shown: [],
    });
    expect(readers({ subscriptions: [subscription({ filter: '#' })] }, ['t', 'u']).map(({ topic }) => topic)).toEqual([
      't',
      'u',
    ]);
    expect(readers({ connections: [connection({ closedUs: 9 })] })[0]?.untilUs).toBe(9);
    expect(readers({ connections: [connection({ clean: true, sessionPresent: null })] })).toHaveLength(1);
  });

  it('is none whose session went on, and none whose first SUBSCRIBE was refused or without an answer; a shared one is no such SUBSCRIBE', () => {
    for (const sessionPresent of [true, null])
      expect(readers({ connections: [connection({ sessionPresent })] })).toEqual([]);
    for (const over of [{ granted: 0x80 }, { granted: null }, { answeredUs: null }])
      expect(readers({ subscriptions: [subscription(over), subscription({ sentUs: 5, answeredUs: 6 })] })).toEqual([]);
    for (const filter of ['$share/g/t', '$share/g/#']) {
      const group = subscription({ filter });
      expect(readers({ subscriptions: [group] })).toEqual([]);
      expect(readers({ subscriptions: [group, subscription({ sentUs: 5, answeredUs: 6 })] })[0]?.sentUs).toBe(5);
    }
    expect(readers({ subscriptions: [subscription({ sentUs: null }), subscription()] })).toEqual([]);
    expect(readers({ subscriptions: [subscription({ connection: 2 })] })).toEqual([]);
    expect(readers({}, ['u'])).toEqual([]);
  });

  it('was shown what came on its connection with the retain flag since it asked', () => {
    const own = receipt(1, 2, { retain: true });
    const receipts = [
      own,
      { ...own, us: 1 },
      { ...own, retain: false },
      { ...own, connection: 2 },
      { ...own, topic: 'u' },
    ];
    expect(readers({ receipts })[0]?.shown).toEqual([own]);
  });
});
