import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exactlyOnce } from '../../../src/domain/guarantees/exactly-once.js';
import { NO_LIMITS } from '../../../src/domain/guarantees/guarantee.js';
import { ack, connection, history, receipt, send, subscription } from '../../../testing/guarantee-history.js';
import { bounded, timeout } from '../../../testing/properties.js';

const CLIENTS = ['sub', 'other'] as const;
const copy = fc.record({
  client: fc.constantFrom('sub' as const, 'sub' as const, 'other' as const),
  number: fc.constantFrom(1, 1, 2),
  dup: fc.constantFrom(false, false, true, null),
  retain: fc.constantFrom(false, false, false, true),
});
const message = fc.record({
  handovers: fc.constantFrom(1, 1, 1, 2),
  qos: fc.constantFrom(2 as const, 2 as const, 2 as const, 1 as const),
  /** Before, while and after `sub` is away. */
  us: fc.constantFrom(5, 15, 25),
  code: fc.constantFrom(0, 0, 0x92, null),
  copies: fc.array(copy, { maxLength: 3 }),
});
const filters = fc.subarray(['t', '#', 'u']);
const world = fc.record({
  /** Was the session of `sub` there when it came back at 20? `never`: it was not away at all. */
  back: fc.constantFrom<boolean | null | 'never'>('never', 'never', true, true, false, null),
  granted: fc.constantFrom(2, 2, 1),
  room: fc.constantFrom(null, 9),
  offers: fc.constantFrom(null, { maximumQos: 2 as const, retain: true, shared: true }),
  filters: fc.record({ sub: filters, other: filters }),
});
type Message = ReturnType<typeof message.generate>['value'];
type World = ReturnType<typeof world.generate>['value'];
type Answer = 'kept' | 'violated' | 'undecided';

const numberOf = ({ client, number }: Message['copies'][number], { back }: World): number =>
  client === 'other' || back === 'never' ? 1 : number;

/** What one client's case of one message is, by the words of the rule. Null: there is none. */
function obvious({ handovers, us, code, copies }: Message, client: (typeof CLIENTS)[number], of: World): Answer | null {
  const own = copies.filter((one) => one.client === client);
  const matching = of.filters[client].filter((filter) => filter !== 'u').length;
  const [wasAway, isKept] = [client === 'sub' && of.back !== 'never', of.back === true || of.back === 'never'];
  if (own.length === 0) {
    if (code !== 0 || matching === 0 || of.granted !== 2) return null;
    if (!wasAway) return 'violated';
    return isKept && (of.room !== null || us >= 20) ? 'violated' : 'undecided';
  }
  const live = own.filter(({ retain }) => !retain);
  if (live.length <= 1 || live.length <= matching) return 'kept';
  if (matching === 0 || handovers > 1) return 'undecided';
  const sure = live.filter((one, at) => {
    const before = live[at - 1];
    if (before === undefined) return true;
    const isElsewhere = numberOf(before, of) !== numberOf(one, of);
    if (isElsewhere && !isKept) return false;
    return one.dup === false || (!isElsewhere && of.offers !== null);
  });
  return sure.length > matching ? 'violated' : 'undecided';
}

function judged(messages: readonly Message[], of: World) {
  const { back, granted, room, offers } = of;
  const first = connection({ offers, closedUs: back === 'never' ? null : 10 });
  const second = { ...first, number: 2, openedUs: 20, closedUs: null };
  const others = CLIENTS.flatMap((client) => of.filters[client].map((filter) => subscription({ client, filter, granted }))); // prettier-ignore
  return exactlyOnce.judge(
    history({
      connections: [
        ...[first, connection({ client: 'other', offers }), connection({ client: 'pub' })],
        ...(back === 'never' ? [] : [{ ...second, sessionPresent: back }]),
      ],
      subscriptions: others,
      sends: messages.flatMap(({ handovers, us, qos }, seq) => Array.from({ length: handovers }, () => send(seq, us, { qos }))), // prettier-ignore
      acks: messages.flatMap(({ code }, seq) => (code === null ? [] : [ack(seq, 26, { step: 'pubcomp', code })])),
      receipts: messages.flatMap(({ copies }, seq) =>
        copies.map((one, at) => receipt(seq, 30 + at, { ...one, qos: 2, connection: numberOf(one, of) })),
      ),
    }),
    { fault: null, broker: { ...NO_LIMITS, queuedMessages: room } },
  );
}

it('exactly-once agrees with every message and client looked at', { timeout }, () => {
  const seen = { kept: 0, violated: 0, undecided: 0 };
  fc.assert(
    fc.property(fc.array(message, { maxLength: 3 }), world, (messages, of) => {
      const answers = messages
        .filter(({ qos }) => qos === 2)
        .flatMap((one) => CLIENTS.map((client) => obvious(one, client, of)))
        .filter((answer) => answer !== null);
      for (const answer of answers) seen[answer] += 1;
      const count = (wanted: Answer): number => answers.filter((answer) => answer === wanted).length;
      const { checked, violations, undecided } = judged(messages, of);
      expect([checked, violations.length, undecided]).toEqual([answers.length, count('violated'), count('undecided')]);
    }),
    bounded(10_000),
  );
  const all = seen.kept + seen.violated + seen.undecided;
  for (const count of Object.values(seen)) expect(count / all).toBeGreaterThan(0.05);
});
