import { expect, it } from 'vitest';
import { copiesAllowed, subscribersOf } from '../../../src/domain/guarantees/subscribers.js';
import { subscription } from '../../../testing/guarantee-history.js';

it('finds by client the subscriptions that match a topic and were not refused', () => {
  const subscribers = subscribersOf([
    subscription({ filter: 'a/+' }),
    subscription({ filter: 'a/b', granted: null }),
    subscription({ filter: '#', granted: 0x80 }),
    subscription({ filter: 'c' }),
    subscription({ client: 'other', filter: '$share/g/#' }),
  ]);
  const found = (topic: string) =>
    [...subscribers(topic)].map(([client, list]) => [client, ...list.map(({ filter }) => filter)]);
  expect(found('a/b')).toEqual([
    ['sub', 'a/+', 'a/b'],
    ['other', '$share/g/#'],
  ]);
  expect(found('c')).toEqual([
    ['sub', 'c'],
    ['other', '$share/g/#'],
  ]);
  expect(subscribers('c')).toBe(subscribers('c'));
});

it('allows one copy for each filter, however often it was subscribed', () => {
  expect(copiesAllowed([subscription(), subscription({ connection: 2 }), subscription({ filter: '+' })])).toBe(2);
  expect(copiesAllowed(undefined)).toBe(0);
});
