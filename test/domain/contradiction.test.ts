import { describe, expect, it } from 'vitest';
import type { ClientResult } from '../../src/domain/client-result.js';
import { contradictionIn } from '../../src/domain/contradiction.js';
import { outcome } from '../../testing/values.js';

/** A user's own client: it says no more than it must. */
const bare = { sent: 100, received: 100, lost: 0, p99_ms: 1, errors: [], unconfirmed: undefined };
const problemOf = (result: Partial<ClientResult>, code = 0): string =>
  contradictionIn(outcome({ end: { kind: 'exited', code }, result: { ...bare, ...result } })) ?? 'none';

describe('the figures of one client', () => {
  it.each<[string, Partial<ClientResult>, number]>([
    ['every message arrived', {}, 0],
    ['some came twice', { received: 140 }, 0],
    ['some were lost, and it says so', { received: 60, lost: 40 }, 1],
    ['some were lost, although it ends with 0', { received: 60, lost: 40 }, 0],
    ['it failed and does not say how many were never confirmed', { received: 40 }, 1],
    ['it failed and says how many were never confirmed', { received: 40, unconfirmed: 60 }, 1],
    ['a message was lost, and others came twice', { received: 120, lost: 1 }, 1],
    ['nothing was sent', { sent: 0, received: 0 }, 1],
    ['not every message has to reach anybody', { received: 3, workload: 'retained' }, 0],
    ['it planned more than it could send', { planned: 120, acked: 100, recovered: 0 }, 1],
  ])('agree where %s', (_what, result, code) => expect(problemOf(result, code)).toBe('none'));

  it.each<[string, Partial<ClientResult>, number, string]>([
    ['exit code 0 and a missing message', { received: 99 }, 0, 'sent 100, received 99, lost 0: exit code 0'],
    [
      'exit code 0 and an unconfirmed one',
      { received: 99, unconfirmed: 1 },
      0,
      'sent 100, received 99, lost 0: exit code 0',
    ],
    [
      'a message in no class',
      { received: 40, lost: 3, unconfirmed: 50 },
      1,
      'sent 100, received 40, lost 3, unconfirmed 50',
    ],
    ['more lost than sent', { lost: 101 }, 1, 'sent 100, lost 101'],
    ['more acknowledged than sent', { acked: 101 }, 0, 'sent 100, acked 101'],
    ['more sent than planned', { planned: 99 }, 0, 'planned 99, sent 100'],
  ])('disagree with %s, and are named', (_what, result, code, named) => {
    expect(problemOf(result, code)).toContain(`the figures of the last line disagree: ${named}`);
  });

  it('say nothing where there are none', () => {
    expect(contradictionIn(outcome({ result: null }))).toBeNull();
  });

  it('are not judged by an exit code where the client was killed after its last line', () => {
    const given = outcome({ end: { kind: 'signalled', signal: 'SIGKILL' }, result: { ...bare, received: 40 } });
    expect(contradictionIn(given)).toBeNull();
  });
});
