import { atLeastOnce } from '../../src/domain/guarantees/at-least-once.js';
import {
  notOffered,
  SHOWN_VIOLATIONS,
  type GuaranteeResult,
  type Judgement,
  type Moment,
} from '../../src/domain/guarantees/guarantee.js';
import type { History } from '../../src/domain/guarantees/history.js';
import { order } from '../../src/domain/guarantees/order.js';
import { ack, calm, history, receipt, send } from '../guarantee-history.js';

/** One result as a record keeps it: held, but for what is given. */
export const guaranteeResult = (over: Partial<GuaranteeResult> = {}): GuaranteeResult => ({
  ...{ guarantee: 'order', phase: 'fault', sdk: 'go', state: 'held' },
  ...{ checked: 100, undecided: 0, why: '', violations: 0, shown: [] },
  ...over,
});

/** A violation with a moment of each kind, a millisecond apart. */
export const everyMoment = (fromUs: number): readonly Moment[] =>
  (['connect', 'subscribe', 'send', 'ack', 'close', 'receive', 'never'] as const).map((what, i) => ({
    ...{ us: fromUs + 1000 * i, who: ['sub', 'sub', 'pub', 'pub', 'sub', 'other', 'sub'][i] ?? '' },
    ...{ what, text: `${what} 7` },
  }));

const recorded = (
  place: Pick<GuaranteeResult, 'guarantee' | 'phase' | 'sdk'>,
  { violations, ...judgement }: Judgement,
): GuaranteeResult => ({
  ...place,
  ...judgement,
  violations: violations.length,
  shown: violations.slice(0, SHOWN_VIOLATIONS),
});

/** Messages 1480 and 1481 around the kill of a leader; `heldUs`: for how long the first one stays behind. */
function aroundKill(injectedUs: number, heldUs: number): History {
  const at = (ms: number): number => injectedUs + 1000 * ms;
  const ids = { publisher: 'leader-transfer-go-pub', topic: 'chaos/41/go' };
  return history({
    sends: [send(1480, at(-12.4), ids), send(1481, at(4251.2), ids)],
    acks: [ack(1480, at(-10.9), ids), ack(1481, at(4253), ids)],
    receipts: [1480, 1481].map((seq) =>
      receipt(seq, at(seq === 1480 ? 4250 + heldUs / 1000 : 4253.5), { ...ids, client: 'leader-transfer-go-sub' }),
    ),
  });
}

/** What two clients met in a fault: one message of Go's overtook another, all else was well, and the broker has no shared subscriptions. */
export function exampleResults(injectedUs: number): GuaranteeResult[] {
  const lacks = notOffered('the SUBACK granted it, and no member ever received anything');
  return ['go', 'java'].flatMap((sdk) => {
    const seen = aroundKill(injectedUs, sdk === 'go' ? 5_621_250 : 0);
    const place = { phase: 'fault', sdk } as const;
    return [
      recorded({ guarantee: 'at-least-once', ...place }, atLeastOnce.judge(seen, calm)),
      recorded({ guarantee: 'order', ...place }, order.judge(seen, calm)),
      recorded({ guarantee: 'shared', ...place }, lacks),
    ];
  });
}
