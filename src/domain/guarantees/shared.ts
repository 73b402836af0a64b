import { matches, shareOf } from './filter.js';
import { grouped } from './grouped.js';
import {
  judgementOf,
  notOffered,
  undecidedBecause,
  type Circumstances,
  type Guarantee,
  type Judgement,
  type Violation,
} from './guarantee.js';
import { byMessage, type Connection, type History, type Receipt, type Subscription } from './history.js';
import { demandOf, owedOf, type Owed } from './owed.js';
import { noticeUs, standingsOf, type Standing } from './subscribed.js';

/** A client that has a message acknowledges it within this time; one that leaves earlier may have left without. */
export const ACKNOWLEDGE_US = 1_000_000;
/** A whole broker has given a message to a member that is connected this long after it has acknowledged it. */
export const DELIVER_US = 1_000_000;

export const shared: Guarantee = {
  name: 'shared',
  rule: 'Each message of a shared subscription goes to exactly one member of its group.',
  section: '4.8.2 of MQTT 5',
  needs: 'SUBACK of every member, every hand-over, acknowledgement and receipt, and every connection of the members',
  unknown:
    'A message that nobody got, if a member left that may have had it; and who gave it to a member that another of its subscriptions gives it to, too.',
  judge(history, circumstances) {
    const rows = history.subscriptions.filter(({ filter }) => shareOf(filter) !== null);
    // A library may refuse such a filter by itself where the broker says that it has none: then nobody subscribes.
    const refusal = refusalOf(rows, history);
    if (refusal !== null) return notOffered(refusal);
    if (rows.length === 0) return undecidedBecause('nobody subscribed to a shared filter');
    if (!history.recorded.everySend || !history.recorded.everyReceipt)
      return undecidedBecause('only the first hand-over and receipt of each message were recorded');
    return judged(casesOf(history, circumstances), history);
  },
};

/** What says that the broker lacks it: null: nothing. */
function refusalOf(rows: readonly Subscription[], { connections }: History): string | null {
  const lacking = connections.find(({ offers }) => offers?.shared === false);
  if (lacking !== undefined) return `the CONNACK of ${lacking.endpoint} says that it has no shared subscriptions`;
  const answers = rows.flatMap(({ granted }) => (granted === null ? [] : [granted]));
  if (answers.length === 0 || answers.some((granted) => granted < 0x80)) return null;
  return `every SUBACK refused a shared filter, with ${[...new Set(answers)].map((code) => `0x${code.toString(16)}`).join(', ')}`;
}

interface Case {
  readonly answer: 'once' | 'unknown' | Violation;
  /** Did a member get anything that nothing but its group can have given it? */
  readonly isServed: boolean;
  /** Nobody got it, though nothing was broken until then. */
  readonly isIgnored: boolean;
}

/**
 * A filter that was granted and of which nothing ever came is no loss but a feature that the broker lacks, if that was so before anything was broken, and the
 * broker does not say in its CONNACK that it has it: in MQTT 3.1.1, `$share/g/f` is a filter like any other, and a broker grants it in good faith.
 */
function judged(cases: readonly Case[], history: History): Judgement {
  const violations = cases.flatMap(({ answer }) => (typeof answer === 'string' ? [] : [answer]));
  const says = history.connections.some(({ offers }) => offers?.shared === true);
  if (!says && !cases.some(({ isServed }) => isServed)) {
    if (cases.some(({ isIgnored }) => isIgnored))
      return notOffered('a shared filter was granted, and no member ever received anything');
    if (violations.length > 0)
      return undecidedBecause(
        'a shared filter was granted, and no member received anything: it may not be offered, or lost to the fault',
      );
  }
  const undecided = cases.filter(({ answer }) => answer === 'unknown').length;
  const why =
    undecided === 0
      ? ''
      : `${undecided} messages of which a member that left, a queue or another subscription may have one`;
  return judgementOf({ checked: cases.length, violations, undecided, why });
}

/** One case for each message and each group that it belongs to. */
function casesOf(history: History, circumstances: Circumstances): Case[] {
  const standings = standingsOf(history);
  const owedTo = owedOf(history);
  const isDemanded = demandOf(standings, owedTo, circumstances);
  const received = byMessage(history.receipts);
  const deathOf = deathsIn(history.connections);
  const filters = grouped(standings, ({ row }) => row.client);
  const groups = grouped(
    standings.filter(({ row }) => shareOf(row.filter) !== null),
    ({ row }) => row.filter,
  );
  return [...groups].flatMap(([filter, members]) => {
    const clients = new Set(members.map(({ row }) => row.client));
    const isMixed = ({ client, topic }: Receipt): boolean =>
      filters.get(client)?.some(({ row }) => row.filter !== filter && matches(row.filter, topic)) === true;
    return owedTo(filter).flatMap((message): Case[] => {
      const firsts = firstReceipts(received.of(message).filter(({ client }) => clients.has(client)));
      if (firsts.length === 0) {
        const answer = absent(message, members, isDemanded);
        if (answer === null) return [];
        const isNever = answer === 'never';
        const isIgnored =
          circumstances.fault === null ? isNever : isIgnoredBefore(circumstances.fault, message, members);
        const violation = isNever ? unserved(message, filter, history.endUs) : answer;
        return [{ answer: violation, isServed: false, isIgnored }];
      }
      if (firsts.some(isMixed)) return [{ answer: 'unknown', isServed: false, isIgnored: false }];
      const twice = message.isSentOnce ? servedTwice(firsts, deathOf) : null;
      return [{ answer: twice === null ? 'once' : doubled(message, twice, filter), isServed: true, isIgnored: false }];
    });
  });
}

/** Each member's first receipt, in the order of time. */
function firstReceipts(receipts: readonly Receipt[]): Receipt[] {
  const inTurn = receipts.toSorted((a, b) => a.us - b.us);
  return inTurn.filter(({ client }, i) => inTurn.findIndex((one) => one.client === client) === i);
}

/** Whoever may have been a member when the message came may have been given it: all of them must have been there to the end. Null: it was owed to nobody. */
function absent(
  message: Owed,
  members: readonly Standing[],
  isDemanded: (standing: Standing, message: Owed) => boolean,
): 'never' | 'unknown' | null {
  const able = members.filter((member) => mayServe(member, message));
  const before = members.filter(({ grantedUs }) => grantedUs < message.sentUs);
  if (before.length === 0 || able.some(({ row }) => (row.granted ?? row.qos) === 0)) return null;
  const isOwed = before.some(({ endsUs }) => endsUs >= message.sentUs);
  return isOwed && able.every((one) => isDemanded(one, message)) ? 'never' : 'unknown';
}

/** Was it acknowledged well before the fault, with everybody connected who may have been given it, up to the fault? */
function isIgnoredBefore(
  { injectedUs }: NonNullable<Circumstances['fault']>,
  message: Owed,
  members: readonly Standing[],
): boolean {
  const wasThere = ({ connections }: Standing): boolean =>
    connections.some(
      ({ openedUs, closedUs }) => (openedUs ?? Infinity) <= message.sentUs && (closedUs ?? Infinity) >= injectedUs,
    );
  const able = members.filter((member) => mayServe(member, message));
  return message.ackedUs + DELIVER_US <= injectedUs && able.every(wasThere);
}

/** A broker may think that a client is there for a while after it has left. */
function mayServe({ endsUs, connections }: Standing, { sentUs }: Owed): boolean {
  const last = connections.at(-1);
  return last === undefined || endsUs + noticeUs(last) >= sentUs;
}

type DeathOf = (receipt: Receipt, byUs: number) => boolean;

/** Did the connection on which a member got a message end without its acknowledgement, as far as anybody knows, so that another may get it? */
function deathsIn(connections: readonly Connection[]): DeathOf {
  const byClient = grouped(connections, ({ client }) => client);
  return ({ client, connection, us }, byUs) => {
    const on = byClient.get(client)?.find(({ number }) => number === connection);
    if (on === undefined) return true;
    if (on.closedUs === null) return false;
    if (on.closedBy === 'own-disconnect') return on.closedUs <= Math.min(byUs, us + ACKNOWLEDGE_US);
    if (on.closedBy?.startsWith('own-') === true) return on.closedUs <= byUs;
    return on.closedUs - noticeUs(on) <= byUs;
  };
}

function servedTwice(firsts: readonly Receipt[], deathOf: DeathOf): readonly [Receipt, Receipt] | null {
  for (const [i, second] of firsts.slice(1).entries()) {
    const first = firsts[i];
    if (first !== undefined && !deathOf(first, second.us)) return [first, second];
  }
  return null;
}

const nameOf = ({ publisher, topic, seq }: Owed): string => `${publisher}'s message ${seq} on ${topic}`;

const taken = ({ publisher, seq, sentUs, ackedUs }: Owed): Violation['moments'] => [
  { us: sentUs, who: publisher, what: 'send', text: `sends ${seq}` },
  { us: ackedUs, who: publisher, what: 'ack', text: `${seq} acknowledged` },
];

const unserved = (message: Owed, filter: string, endUs: number): Violation => ({
  text: `${nameOf(message)} was acknowledged, and no member of ${filter} ever received it`,
  moments: [...taken(message), { us: endUs, who: filter, what: 'never', text: `${message.seq} never came` }],
});

const doubled = (message: Owed, [first, second]: readonly [Receipt, Receipt], filter: string): Violation => ({
  text: `${nameOf(message)} was sent once, and two members of ${filter} received it: ${first.client}, which stayed connected, and ${second.client}`,
  moments: [
    ...taken(message),
    { us: first.us, who: first.client, what: 'receive' as const, text: `receives ${message.seq}` },
    { us: second.us, who: second.client, what: 'receive' as const, text: `receives ${message.seq}` },
  ].sort((a, b) => a.us - b.us),
});
