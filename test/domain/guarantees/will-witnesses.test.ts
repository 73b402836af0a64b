import { describe, expect, it } from 'vitest';
import type { History } from '../../../src/domain/guarantees/history.js';
import type { Testator } from '../../../src/domain/guarantees/will-due.js';
import { witnessesIn, type Witness } from '../../../src/domain/guarantees/will-witnesses.js';
import { connection, history, receipt, subscription } from '../../../testing/guarantee-history.js';

const S = 1_000_000;

const dead: Testator = {
  ...connection({ client: 'pub', closedBy: 'own-cut', closedUs: 10 * S }),
  ...{ openedUs: 1, will: { topic: 't', seq: 7, qos: 1, delayS: 0 } },
};

function witnesses(over: Partial<History>, testator = dead): Witness[] {
  const rows = history({ ...over, connections: [...(over.connections ?? [connection()]), testator] });
  return witnessesIn(rows, (client, number) =>
    rows.connections.find((one) => one.client === client && one.number === number),
  )(testator);
}

describe('witnessesIn', () => {
  it('finds who had subscribed a second before the death and was connected after it', () => {
    expect(witnesses({})).toEqual([{ client: 'sub', connection: connection(), qos: 1, received: [], copies: 1 }]);
    for (const over of [
      { filter: 'u' },
      { granted: 0x87 },
      { answeredUs: null },
      { answeredUs: 9 * S },
      { filter: '$share/g/t' },
      { connection: 2 },
      { client: 'pub' },
    ])
      expect(witnesses({ subscriptions: [subscription(over)] })).toEqual([]);
    expect(witnesses({ connections: [connection({ closedUs: 10 * S })] })).toEqual([]);
    expect(witnesses({ connections: [connection({ closedUs: 10 * S + 1 })] })).toHaveLength(1);
  });

  it('does not take a witness for one that may have come after a death that was noticed late', () => {
    const subscriptions = [subscription({ answeredUs: 2.4 * S })];
    expect(witnesses({ subscriptions }, { ...dead, closedBy: 'peer' })).toEqual([]);
    expect(witnesses({ subscriptions }, { ...dead, closedBy: 'peer', closedUs: 20 * S })).toHaveLength(1);
  });

  it('finds whoever else received it, with all copies in time order, and nobody who received another', () => {
    const receipts = [
      receipt(7, 12, { client: 'x' }),
      receipt(7, 11, { client: 'x' }),
      receipt(7, 9, { client: 'pub' }),
    ];
    const others = [receipt(6, 11), receipt(7, 11, { topic: 'u' }), receipt(7, 11, { publisher: 'other' })];
    const found = witnesses({ subscriptions: [], receipts: [...receipts, ...others] });
    expect(found.map(({ client, connection: at, received }) => [client, at, received.map(({ us }) => us)])).toEqual([
      ['x', null, [11, 12]],
    ]);
  });

  it('knows the least QoS at which it may come, and how many copies', () => {
    const subscriptions = [subscription({ granted: 0 }), subscription({ filter: '#', granted: 2 })];
    expect(witnesses({ subscriptions })).toMatchObject([{ qos: 0, copies: 2 }]);
    expect(witnesses({ subscriptions: [subscription({ granted: 2 })] })).toMatchObject([{ qos: 1, copies: 1 }]);
  });
});
