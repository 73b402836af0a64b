import { judgementOfCases, type Case } from './cases.js';
import type { Circumstances, Guarantee, Moment, Violation } from './guarantee.js';
import { grouped } from './grouped.js';
import { byMessage, type Ack, type Connection, type History, type Receipt } from './history.js';
import { isDuringFault, isHurt } from './hurt.js';
import { byClient, closes, endEarliestUs, isOpened, opens } from './connection-ends.js';
import { dueOf, GRACE_US, type Due, type Testator } from './will-due.js';
import { witnessesIn, type Witness } from './will-witnesses.js';

export const will: Guarantee = {
  name: 'will',
  rule: 'A will is published exactly if its connection ends without DISCONNECT (or with 0x04): after its delay, once to each subscriber; not if the session is resumed within the delay.',
  section: '3.1.2.5, 3.1.2.10; MQTT 5: 3.1.3.2.2, 3.1.4',
  needs: 'connections with their will, keep-alive and how they ended; subscriptions; every receipt',
  unknown:
    'A will of a client whose broker was hurt with it; one that comes late, or not at all at QoS 0; what is due after the end of the drain.',
  judge(history, circumstances) {
    if (!history.connections.some(isTestator)) return judgementOfCases([]);
    const clients = byClient(history.connections);
    const connections = new Map(history.connections.map((one) => [keyOf(one.client, one.number), one]));
    const witnessesOf = witnessesIn(history, (client, number) => connections.get(keyOf(client, number)));
    const aliveUs = lastSigns(history);
    const cases = [...clients.values()].flatMap((own) => {
      const named = grouped(own, (one) => JSON.stringify([one.will?.topic, one.will?.seq]));
      return own.flatMap((dead, at) => {
        if (!isTestator(dead)) return [];
        const isUnique = named.get(JSON.stringify([dead.will.topic, dead.will.seq]))?.length === 1;
        const due = isUnique ? dueOf(dead, own[at + 1], circumstances) : NAMED_TWICE;
        const death = { dead, due, circumstances, endUs: history.endUs, aliveUs: aliveUs(dead) };
        return witnessesOf(dead).map((witness) => caseOf(death, witness));
      });
    });
    return judgementOfCases(cases);
  },
};

/** One connection with a will, and what is known about its end. */
interface Death {
  readonly dead: Testator;
  readonly due: Due;
  readonly circumstances: Circumstances;
  readonly endUs: number;
  /** Its connection was still served after this time. */
  readonly aliveUs: number;
}

const isTestator = (connection: Connection): connection is Testator => isOpened(connection) && connection.will !== null;

const NAMED_TWICE: Due = { kind: 'either', why: 'two connections of one client named the same will' };

const keyOf = (client: string, number: number): string => `${number} ${client}`;

/** What was received or acknowledged on a connection passed the broker after its first hand-over. When its client looked at it proves nothing: a busy host reads late. */
function lastSigns({ connections, sends, receipts, acks }: History): (dead: Testator) => number {
  const testators = connections.filter(isTestator);
  const clients = new Set(testators.map(({ client }) => client));
  const sent = byMessage(sends);
  const signs = new Map<string, number>();
  const note = (client: string, row: Receipt | Ack): void => {
    if (!clients.has(client)) return;
    const [first] = sent.of(row);
    const key = keyOf(client, row.connection);
    if (first !== undefined) signs.set(key, Math.max(signs.get(key) ?? -Infinity, first.us));
  };
  for (const receipt of receipts) note(receipt.client, receipt);
  for (const ack of acks) note(ack.publisher, ack);
  return ({ client, number }) => signs.get(keyOf(client, number)) ?? -Infinity;
}

function caseOf(death: Death, witness: Witness): Case {
  const { dead, due } = death;
  const last = witness.received.at(-1);
  if (due.kind === 'either') return due.why;
  if (last === undefined) return due.kind === 'must' ? missing(death, due, witness) : null;
  const found = came(death, due, witness);
  const isExcused = found !== null && mayBeFaulty(death, dead.openedUs, last.us);
  return isExcused ? WITH_ITS_BROKER : found;
}

const WITH_ITS_BROKER =
  'a client died together with its broker, or its will with one that does not declare that it survives';

/** A broker that does not survive a death may keep a will anywhere. */
const mayBeFaulty = ({ dead, circumstances }: Death, fromUs: number, toUs: number): boolean =>
  circumstances.broker.survivesDeath === true
    ? isHurt(circumstances, dead.endpoint, fromUs, toUs)
    : isDuringFault(circumstances, fromUs, toUs);

/** Of a will that came. */
function came(death: Death, due: Exclude<Due, { kind: 'either' }>, witness: Witness): Case {
  const [first] = witness.received;
  if (first === undefined) return null;
  if (first.us < death.aliveUs) return violation(death, 'was published while its connection went on', received(first));
  if (due.kind === 'open') return 'a will was published of a client that did not notice its end';
  if (due.kind === 'must-not')
    return first.us > (death.dead.closedUs ?? Infinity)
      ? violation(death, `was published ${due.why}`, received(first))
      : 'a broker may have given up a client before that ended its connection';
  if (first.us < due.earliestUs) return violation(death, 'was published before its delay had passed', received(first));
  const isLate = first.us > due.latestUs && first.connection === witness.connection?.number;
  return repeated(death, witness) ?? (isLate ? LATE : null);
}

const LATE = `a will came more than ${GRACE_US / 1e6} s late, and the standard names no limit`;

function missing(death: Death, due: Extract<Due, { kind: 'must' }>, { client, connection, qos }: Witness): Case {
  const { dead, circumstances, endUs } = death;
  const fromUs = endEarliestUs(dead);
  if (mayBeFaulty(death, fromUs, due.dueUs + GRACE_US)) return WITH_ITS_BROKER;
  if (endUs < due.latestUs) return 'the drain ended before a will was due';
  const isAway = connection === null || (connection.closedUs ?? Infinity) <= due.latestUs;
  if (isAway || isHurt(circumstances, connection.endpoint, fromUs, due.latestUs))
    return 'a subscriber was not connected all the time';
  if (qos === 0) return 'a will of QoS 0 may be lost';
  const never = { us: due.latestUs, who: client, what: 'never', text: 'the will never came' } as const;
  return violation(death, `never came to ${client}`, never);
}

/** A repeated packet says so, or comes on another connection. With the retain flag it may answer a SUBSCRIBE. */
function repeated(death: Death, { client, received: receipts, copies }: Witness): Case {
  const fresh = receipts.filter(({ dup, retain }) => dup !== true && !retain);
  const tooMany = [...grouped(fresh, ({ connection }) => connection).values()].find(({ length }) => length > copies);
  if (tooMany === undefined) return null;
  if (tooMany.some(({ qos, dup }) => qos > 0 && dup === null))
    return 'a will came again, and a library hides whether it was a repeated packet';
  return violation(death, `came to ${client} ${tooMany.length} times`, ...tooMany.map(received));
}

const received = ({ us, client }: Receipt): Moment => ({ us, who: client, what: 'receive', text: 'receives the will' });

function violation({ dead }: Death, what: string, ...moments: Moment[]): Violation {
  const all = [opens(dead, 'with a will'), ...(dead.closedUs === null ? [] : [closes(dead)]), ...moments];
  return {
    text: `${dead.client}'s will ${dead.will.seq} on ${dead.will.topic} (connection ${dead.number}: ${dead.closedBy ?? 'open'}) ${what}`,
    moments: all.sort((a, b) => a.us - b.us),
  };
}
