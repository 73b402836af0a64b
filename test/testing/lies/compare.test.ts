import { describe, expect, it } from 'vitest';
import { guarantees } from '../../../src/domain/guarantees/index.js';
import { emptyBook, type Lie } from '../../../testing/lies/book.js';
import { compareLies } from '../../../testing/lies/compare.js';
import { ack, connection, history, receipt, send, subscription } from '../../../testing/guarantee-history.js';

const rows = {
  connections: [connection(), connection({ client: 'pub' })],
  subscriptions: [subscription()],
  sends: [send(1, 10), send(2, 40)],
  acks: [ack(1, 20), ack(2, 50)],
};
const right = history({ ...rows, receipts: [receipt(1, 20), receipt(2, 50)] });
const swapped = history({ ...rows, receipts: [receipt(2, 50), receipt(1, 60)] });
const without1 = history({ ...rows, receipts: [receipt(2, 50)] });

const about = { topic: 't', client: 'sub', filter: 't', qos: 1, nth: 1 } as const;
const bookOf = (...lies: Lie[]) => ({ ...emptyBook(), lies, subscribed: new Map([['sub t', 1]]) });

it('finds nothing where nothing was planted', () => {
  expect(compareLies(bookOf(), right)).toEqual({ planted: [], missed: [], invented: [] });
});

it('takes a lie and the violation that it leads to for one', () => {
  const planted = [{ guarantee: 'order', key: 't 2' }];
  expect(compareLies(bookOf({ ...about, kind: 'overtaken', seq: 2 }), swapped)).toEqual({
    planted,
    missed: [],
    invented: [],
  });
});

it('says which lie was missed, and which violation was invented', () => {
  const lie: Lie = { ...about, kind: 'overtaken', seq: 3 };
  expect(compareLies(bookOf(lie), swapped)).toMatchObject({
    missed: [{ guarantee: 'order', key: 't 3' }],
    invented: [{ guarantee: 'order', key: 't 2' }],
  });
});

it('expects a loss by each guarantee that it breaks, and by the subscription only if that is still the same', () => {
  const lost: Lie = { ...about, kind: 'lost', seq: 1 };
  const planted = [
    { guarantee: 'at-least-once', key: 't 1' },
    { guarantee: 'reach', key: 'sub t' },
  ];
  expect(compareLies(bookOf(lost), without1)).toEqual({ planted, missed: [], invented: [] });
  const again = { ...bookOf(lost), subscribed: new Map([['sub t', 2]]) };
  expect(compareLies(again, without1).planted).toEqual(planted.slice(0, 1));
});

describe('of a group', () => {
  const filter = '$share/g/t';
  const subscriptions = [subscription({ filter }), subscription({ client: 'other', filter })];
  const members = [...rows.connections, connection({ client: 'other' })];
  const group = { ...rows, connections: members, subscriptions };
  const told = { topic: 't', qos: 1, filter } as const;

  it('expects what no member got, and what two of them got, by `shared` alone', () => {
    const receipts = [receipt(2, 50), receipt(2, 60, { client: 'other' })];
    const lies: Lie[] = [
      { ...told, kind: 'unserved', seq: 1 },
      { ...told, kind: 'doubled', seq: 2 },
    ];
    const planted = [
      { guarantee: 'shared', key: 't 1' },
      { guarantee: 'shared', key: 't 2' },
    ];
    const blind = guarantees.filter(({ name }) => name !== 'shared');
    const seen = history({ ...group, receipts });
    expect(compareLies(bookOf(...lies), seen)).toEqual({ planted, missed: [], invented: [] });
    expect(compareLies(bookOf(...lies), seen, blind).missed).toEqual(planted);
    expect(compareLies(bookOf(), seen).invented).toHaveLength(2);
  });
});

it('expects nothing of what a client was told in a CONNACK that it did not have, nor of its will', () => {
  const [client, will] = ['w', { topic: 't', seq: 0, qos: 1, delayS: 0 } as const];
  const lies: Lie[] = [
    { kind: 'will-withheld', client, seq: 0 },
    { kind: 'session-denied', client, connection: 2 },
    { kind: 'not-ended', client, connection: 1 },
  ];
  const planted = (openedUs: number | null) => {
    const connections = [connection({ client }), connection({ client, number: 2, will, openedUs })];
    return compareLies(bookOf(...lies), history({ connections })).planted.map(({ guarantee }) => guarantee);
  };
  expect(planted(1)).toEqual(['will', 'session', 'takeover']);
  expect(planted(null)).toEqual([]);
});
