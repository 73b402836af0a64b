import { expect, it } from 'vitest';
import { NEW_BREAKER } from '../../src/domain/breaker.js';
import { newWatch } from '../../src/domain/overdue.js';
import { asOfToday } from '../../src/messages/cluster-record.js';

it('a record of an older version gets what it lacks, and keeps what it has', () => {
  const old = asOfToday({ cluster: 'local', holder: null });
  expect(old).toMatchObject({ cluster: 'local', holder: null, breaker: NEW_BREAKER });
  expect(old.watch).toMatchObject({ expected: null, lastVerdict: null, unplanned: null });
  const breaker = { ...NEW_BREAKER, consecutiveFailures: 2 };
  const watch = { ...newWatch(breaker, 0), toldSince: '2026-11-28T00:00:00Z' };
  expect(asOfToday({ ...old, breaker, watch })).toEqual({ ...old, breaker, watch });
});
