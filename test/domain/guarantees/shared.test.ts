import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Circumstances } from '../../../src/domain/guarantees/guarantee.js';
import { CLOSED_BY, type Connection, type History } from '../../../src/domain/guarantees/history.js';
import { ACKNOWLEDGE_US, DELIVER_US, shared } from '../../../src/domain/guarantees/shared.js';
import { ack, calm, connection, history, receipt, send, subscription } from '../../../testing/guarantee-history.js';
import { bounded, timeout } from '../../../testing/properties.js';

const S = 1_000_000;
const FILTER = '$share/g/t';
const fault = { injectedUs: 0, recoveredUs: null, victims: null };
const survives: Circumstances = { fault, broker: { ...calm.broker, survivesDeath: true } };

const member = (client: string, over: Partial<Connection> = {}) => connection({ client, keepAliveS: 4, ...over });
const joins = (client: string, over = {}) => subscription({ client, filter: FILTER, ...over });

/** Members a and b; 0 to a, 1 to whoever is given. */
const group = (to: readonly History['receipts'][number][], over: Partial<History> = {}): History =>
  history({
    endUs: 100 * S,
    connections: [member('a'), member('b')],
    subscriptions: [joins('a'), joins('b')],
    sends: [send(0, 10), send(1, 20)],
    acks: [ack(0, 15), ack(1, 25)],
    receipts: [receipt(0, 30, { client: 'a' }), ...to],
    ...over,
  });
const to = (client: string, us = 40) => receipt(1, us, { client });
const judge = (made: History, circumstances = calm) => shared.judge(made, circumstances);

describe('shared', () => {
  it('is violated by a message that no member got', () => {
    const { state, checked, violations } = judge(group([receipt(1, 40, { client: 'stranger' })]));
    expect([state, checked]).toEqual(['violated', 2]);
    expect(violations.map(({ text }) => text)).toEqual([
      "pub's message 1 on t was acknowledged, and no member of $share/g/t ever received it",
    ]);
    expect(violations[0]?.moments.map(({ us }) => us)).toEqual([20, 25, 100 * S]);
  });

  it('is violated by a message that two members got', () => {
    const { state, checked, violations } = judge(group([to('b', 22), to('a', 41), to('b', 42)]));
    expect([state, checked]).toEqual(['violated', 2]);
    expect(violations.map(({ text }) => text)).toEqual([
      "pub's message 1 on t was sent once, and two members of $share/g/t received it: b, which stayed connected, and a",
    ]);
    expect(violations[0]?.moments.map(({ us }) => us)).toEqual([20, 22, 25, 41]);
  });

  it('is held if each message went to one, however often, or was handed over twice', () => {
    expect(judge(group([to('b'), to('b', 50)]))).toMatchObject({ state: 'held', checked: 2, undecided: 0, why: '' });
    const both = [to('a'), to('b', 50)];
    expect(judge(group(both, { sends: [send(0, 10), send(1, 20), send(1, 21)] })).state).toBe('held');
    expect(judge(group(both, { acks: [ack(0, 15), ack(1, 25, { connection: 2 })] })).state).toBe('held');
  });

  it('lets another member have it where the first died before, or may not have acknowledged it', () => {
    const after = (closedUs: number, closedBy: Connection['closedBy'], secondUs: number) => {
      const connections = [member('a', { closedUs, closedBy }), member('b')];
      return judge(group([to('a', 40), to('b', secondUs)], { connections })).violations.length;
    };
    for (const by of ['own-disconnect-with-will', 'own-cut', 'own-mute'] as const)
      expect([after(5 * S, by, 5 * S), after(5 * S, by, 5 * S - 1)]).toEqual([0, 1]);
    for (const by of ['peer', 'timeout', 'unknown'] as const)
      expect([after(9 * S, by, 3 * S), after(9 * S, by, 3 * S - 1)]).toEqual([0, 1]);
    const soon = 40 + ACKNOWLEDGE_US;
    expect(after(soon, 'own-disconnect', soon)).toBe(0);
    expect(after(soon + 1, 'own-disconnect', 5 * S)).toBe(1);
    expect(after(soon, 'own-disconnect', soon - 1)).toBe(1);
    const unknown = { connections: [member('b')] };
    expect(judge(group([to('a'), to('b', 50)], unknown)).violations).toEqual([]);
  });

  it('is undecided if nobody got a message, and a member left that may have it', () => {
    const with_ = (over: Partial<Connection>, at = 20) =>
      judge(group([], { connections: [member('a', over), member('b')], sends: [send(0, 10), send(1, at)] }));
    const clean = { expiryS: 0, closedBy: 'own-cut' as const };
    expect(with_({ ...clean, closedUs: 50 })).toMatchObject({ state: 'undecided', undecided: 1, checked: 2 });
    expect(with_({ ...clean, closedUs: 50 }, 50 + 6 * S).state).toBe('undecided');
    expect(with_({ ...clean, closedUs: 50 }, 51 + 6 * S).state).toBe('violated');
    expect(with_({ closedUs: 50 }).state).toBe('undecided');
    expect(with_({ ...clean, closedUs: 50, keepAliveS: 0 }, 50 * S).state).toBe('undecided');
    const dead = { connections: ['a', 'b'].map((one) => member(one, { ...clean, closedUs: 50 })) };
    expect(judge(group([], { ...dead, sends: [send(0, 10), send(1, 90 * S)] })).state).toBe('undecided');
    const alone = { connections: [member('a')], subscriptions: [joins('a'), joins('b')] };
    expect(judge(group([], alone)).state).toBe('undecided');
  });

  it('demands nothing that was sent before anybody was a member, or that comes at QoS 0', () => {
    const late = [joins('a', { answeredUs: 20 }), joins('b', { answeredUs: null, granted: null })];
    expect(judge(group([], { subscriptions: late }))).toMatchObject({ state: 'held', checked: 1 });
    const low = [joins('a'), joins('b', { granted: 0 })];
    expect(judge(group([], { subscriptions: low }))).toMatchObject({ state: 'held', checked: 1 });
  });

  it('cannot tell who gave a message to a member that has another subscription to it', () => {
    const subscriptions = [joins('a'), joins('b'), subscription({ client: 'b', filter: '+' })];
    expect(judge(group([to('a'), to('b', 50)], { subscriptions }))).toMatchObject({ undecided: 1, violations: [] });
    expect(judge(group([], { subscriptions })).state).toBe('violated');
    const other = [joins('a'), joins('b'), subscription({ client: 'b', filter: 'u' })];
    expect(judge(group([to('b')], { subscriptions: other })).state).toBe('held');
  });

  it('judges each group for itself', () => {
    const subscriptions = [joins('a'), joins('b', { filter: '$share/h/t' })];
    const { checked, violations } = judge(group([to('a')], { subscriptions }));
    expect(checked).toBe(4);
    expect(violations).toHaveLength(2);
  });

  it('is not offered where the broker says so', () => {
    const offers = { maximumQos: 2, retain: true, shared: false } as const;
    expect(judge(group([], { connections: [member('a', { offers })] }))).toMatchObject({
      state: 'not offered',
      why: 'the CONNACK of 127.0.0.1:1883 says that it has no shared subscriptions',
    });
    // Not even where a library then asks for none.
    expect(judge(group([], { connections: [member('a', { offers })], subscriptions: [] })).state).toBe('not offered');
    const refused = (b: number | null) => [joins('a', { granted: 0x9e }), joins('b', { granted: b })];
    expect(judge(group([], { subscriptions: refused(0x9d) }))).toMatchObject({
      state: 'not offered',
      why: 'every SUBACK refused a shared filter, with 0x9e, 0x9d',
    });
    expect(judge(group([], { subscriptions: refused(null) })).state).toBe('not offered');
    expect(judge(group([], { subscriptions: refused(0) })).state).not.toBe('not offered');
    expect(judge(group([], { subscriptions: [joins('a', { granted: null })] })).state).not.toBe('not offered');
  });

  it('is not offered where nothing ever came, nothing was broken, and the broker does not say that it has it', () => {
    const nothing = (over: Partial<History> = {}) => ({ ...group([], over), receipts: [] });
    expect(judge(nothing())).toMatchObject({
      state: 'not offered',
      why: 'a shared filter was granted, and no member ever received anything',
    });
    expect(judge(nothing(), survives)).toMatchObject({ state: 'undecided', violations: [] });
    const offers = { maximumQos: 2, retain: true, shared: true } as const;
    const says = nothing({ connections: [member('a', { offers }), member('b')] });
    expect(judge(says)).toMatchObject({ state: 'violated', checked: 2 });
    expect(judge(says, survives).state).toBe('violated');
    expect(judge(says, { ...survives, broker: calm.broker })).toMatchObject({ state: 'undecided', undecided: 2 });
  });

  it('is not offered in a fault period if nothing came before the fault, though everybody was there', () => {
    const at = 30 * S;
    const period = (ackedUs: number, connections: readonly Connection[], over: Partial<Circumstances> = survives) => {
      const fault = { injectedUs: at, recoveredUs: 60 * S, victims: null };
      const sends = [send(0, ackedUs - 5), send(1, 40 * S)];
      const made = group([], { connections, sends, acks: [ack(0, ackedUs), ack(1, 41 * S)], receipts: [] });
      return judge(made, { ...survives, ...over, fault }).state;
    };
    const died = [member('a', { closedUs: at, closedBy: 'peer' }), member('b')];
    for (const broker of [survives.broker, calm.broker]) {
      expect(period(at - DELIVER_US, died, { broker })).toBe('not offered');
      expect(period(at - DELIVER_US + 1, died, { broker })).toBe('undecided');
    }
    const alive = member('b');
    for (const gone of [{ closedUs: at - 1, closedBy: 'own-cut' as const }, { openedUs: at - DELIVER_US - 4 }])
      expect(period(at - DELIVER_US, [member('a', gone), alive])).toBe('undecided');
    const offers = { maximumQos: 2, retain: true, shared: true } as const;
    expect(period(at - DELIVER_US, [member('a', { offers }), alive])).toBe('violated');
  });

  it('has no answer without a group, or where only first rows were recorded', () => {
    expect(judge(history({}))).toMatchObject({ state: 'undecided', why: 'nobody subscribed to a shared filter' });
    for (const recorded of [
      { everySend: false, everyReceipt: true },
      { everySend: true, everyReceipt: false },
    ])
      expect(judge(group([], { recorded }))).toMatchObject({ state: 'undecided', checked: 0 });
  });
});

describe('against a slow model', () => {
  /** Message by message, by the words of the rule; connections are clean, and each member has one. */
  const model = (made: History) => {
    const found = { checked: 0, violations: 0, undecided: 0 };
    for (const { seq, us: sent } of made.sends) {
      const known = made.subscriptions.filter(({ answeredUs }) => (answeredUs ?? 0) < sent);
      const got = made.receipts.filter((r) => r.seq === seq).sort((a, b) => a.us - b.us);
      const who = [...new Set(got.map(({ client }) => client))];
      const of = (client: string) => made.connections.find((c) => c.client === client);
      const firstOf = (client: string) => got.find((r) => r.client === client)?.us ?? 0;
      if (who.length === 0) {
        if (known.length === 0) continue;
        found.checked += 1;
        const isGoneFor = (client: string, slack: number) => (of(client)?.closedUs ?? Infinity) + slack < sent;
        const able = made.subscriptions.filter(({ client }) => !isGoneFor(client, 6 * S));
        const isSure =
          able.every(({ client }) => of(client)?.closedUs === null && sent >= S) &&
          known.some(({ client }) => !isGoneFor(client, 0));
        if (isSure) found.violations += 1;
        else found.undecided += 1;
        continue;
      }
      found.checked += 1;
      const isDead = (client: string, next: string) => {
        const { closedUs = null, closedBy = null } = of(client) ?? {};
        if (closedUs === null) return false;
        if (closedBy === 'own-disconnect') return closedUs - firstOf(client) <= S && closedUs <= firstOf(next);
        const isOwn = ['own-cut', 'own-mute', 'own-disconnect-with-will'].includes(closedBy ?? '');
        return closedUs <= firstOf(next) + (isOwn ? 0 : 6 * S);
      };
      if (who.some((client, i) => i > 0 && !isDead(who[i - 1] ?? '', client))) found.violations += 1;
    }
    return found;
  };

  it('agrees with every message and member looked at', { timeout }, () => {
    const when = fc.integer({ min: 0, max: 20 }).map((s) => s * S);
    const clients = ['a', 'b', 'c'];
    const one = fc.record({
      closedUs: fc.option(when, { freq: 1 }),
      closedBy: fc.constantFrom(...CLOSED_BY),
      answeredUs: when,
    });
    const message = fc.record({
      us: when,
      receipts: fc.array(fc.record({ client: fc.constantFrom(...clients), us: when }), { maxLength: 3 }),
    });
    const offers = { maximumQos: 2, retain: true, shared: true } as const;
    fc.assert(
      fc.property(
        fc.array(one, { minLength: 1, maxLength: 3 }),
        fc.array(message, { minLength: 1, maxLength: 4 }),
        (members, messages) => {
          const made = history({
            endUs: 50 * S,
            connections: members.map(({ closedUs, closedBy }, i) =>
              member(clients[i] ?? '', { openedUs: S, expiryS: 0, closedUs, closedBy, offers }),
            ),
            subscriptions: members.map(({ answeredUs }, i) => joins(clients[i] ?? '', { answeredUs })),
            sends: messages.map(({ us }, seq) => send(seq, us)),
            acks: messages.map(({ us }, seq) => ack(seq, us + 1)),
            receipts: messages.flatMap(({ receipts }, seq) =>
              receipts
                .filter(({ client }) => clients.indexOf(client) < members.length)
                .map(({ client, us }) => receipt(seq, us, { client })),
            ),
          });
          const { checked, violations, undecided } = judge(made);
          expect({ checked, violations: violations.length, undecided }).toEqual(model(made));
        },
      ),
      bounded(10_000),
    );
  });

  it('finds each planted violation, and none where nothing was planted', { timeout }, () => {
    const kinds = fc.constantFrom('nothing', 'nothing', 'lost', 'doubled', 'redelivered');
    fc.assert(
      fc.property(fc.array(kinds, { minLength: 1, maxLength: 10 }), (plans) => {
        // `c` gets what it does not acknowledge, and dies; `a` gets it then.
        const made = history({
          endUs: 1000 * S,
          connections: [member('a'), member('b'), member('c', { closedUs: 500 * S, closedBy: 'own-cut' })],
          subscriptions: [joins('a'), joins('b'), joins('c')],
          sends: [send(99, 5), ...plans.map((_, i) => send(i, 10 + i))],
          acks: [ack(99, 6), ...plans.map((_, i) => ack(i, 50 + i))],
          receipts: [
            receipt(99, 7, { client: 'a' }),
            ...plans.flatMap((plan, i) => {
              if (plan === 'lost') return [];
              if (plan === 'doubled') return [receipt(i, 60, { client: 'a' }), receipt(i, 61, { client: 'b' })];
              if (plan === 'nothing') return [receipt(i, 60, { client: i % 2 === 0 ? 'a' : 'b' })];
              return [receipt(i, 60, { client: 'c' }), receipt(i, 501 * S, { client: 'a' })];
            }),
          ],
        });
        // Once a member died with what it may have had, a lost message may be its own: so it comes back here.
        const whole = {
          ...made,
          connections: [...made.connections, member('c', { number: 2, openedUs: 600 * S, sessionPresent: true })],
        };
        const planted = plans.filter((plan) => plan === 'lost' || plan === 'doubled').length;
        const { violations, undecided, checked } = judge(whole);
        expect([violations.length, undecided, checked]).toEqual([planted, 0, plans.length + 1]);
      }),
      bounded(1_000),
    );
  });
});
