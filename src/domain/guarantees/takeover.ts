import { grouped } from './grouped.js';
import { judgementOf, type Circumstances, type Guarantee, type Violation } from './guarantee.js';
import { byMessage, type Connection, type History, type Receipt } from './history.js';

/** A server ends the first connection before it answers the second. The end may cross the network, and a busy host, before the client sees it. */
export const GRACE_US = 5_000_000;

/** MQTT 5: Session taken over. */
const TAKEN_OVER = 0x8e;

/** Two connections of one client that were open together, for however short a time. */
interface Takeover {
  readonly first: Connection;
  readonly second: Connection;
  /** The CONNACK of the second. */
  readonly openedUs: number;
  /** False: both CONNECTs were under way together, and either may have been the later one at the broker. */
  readonly isOrdered: boolean;
}

type Answer = 'ended' | 'open' | 'unknown';

export const takeover: Guarantee = {
  name: 'takeover',
  rule: 'A CONNECT that is let in ends the connection that its client id had before, on whichever broker.',
  section: '3.1.4',
  needs: 'CONNECT, CONNACK and end of every connection, and on which one each message was received',
  unknown:
    'Whether the first was ended, where its client gave it up by itself, where the recording ends too early, or where its broker was hurt at that time.',
  judge(history, circumstances) {
    const cases = takeoversOf(history.connections).map((taken) => ({
      taken,
      answer: answerOf(taken, history.endUs, circumstances),
    }));
    const open = cases.filter(({ answer }) => answer === 'open').map(({ taken }) => stillOpen(taken, history.endUs));
    const served = servedAfter(
      cases.filter(({ taken }) => taken.isOrdered && !isExcused(taken, circumstances)).map(({ taken }) => taken),
      history,
    );
    const undecided = cases.filter(({ answer }) => answer === 'unknown').length;
    const ended = cases.filter(({ answer }) => answer === 'ended').map(({ taken }) => taken);
    return judgementOf({ checked: cases.length, violations: [...open, ...served], undecided, why: silentOf(ended) });
  },
};

function takeoversOf(connections: readonly Connection[]): Takeover[] {
  const letIn = connections.filter(({ openedUs }) => openedUs !== null);
  const clients = grouped(letIn, ({ client }) => client);
  return [...clients.values()].flatMap((mine) => {
    const inTurn = mine.toSorted((a, b) => openedOf(a) - openedOf(b));
    return inTurn.slice(1).flatMap((second, before) => {
      const first = inTurn[before];
      if (first === undefined || (first.closedUs ?? Infinity) <= (second.askedUs ?? openedOf(second))) return [];
      const isOrdered = (second.askedUs ?? -Infinity) > openedOf(first);
      return [{ first, second, openedUs: openedOf(second), isOrdered }];
    });
  });
}

const openedOf = ({ openedUs }: Connection): number => openedUs ?? Infinity;

function answerOf(taken: Takeover, endUs: number, circumstances: Circumstances): Answer {
  const { first, second, openedUs, isOrdered } = taken;
  const dueUs = openedUs + GRACE_US;
  const answers = (isOrdered ? [first] : [first, second]).map((one) => endOf(one, dueUs, endUs));
  if (answers.includes('ended')) return 'ended';
  if (answers.includes('unknown') || isExcused(taken, circumstances)) return 'unknown';
  return 'open';
}

/** What a client does by itself, or out of impatience, says nothing of what the broker would have done. */
function endOf({ closedUs, closedBy }: Connection, dueUs: number, endUs: number): Answer {
  if (closedUs === null || closedUs > dueUs) return endUs < dueUs ? 'unknown' : 'open';
  return closedBy === 'peer' || closedBy === 'unknown' ? 'ended' : 'unknown';
}

/** A broker that is stopped or cut off can end nothing. */
function isExcused({ first, openedUs }: Takeover, { fault }: Circumstances): boolean {
  if (fault === null) return false;
  const isDuring = openedUs + GRACE_US >= fault.injectedUs && openedUs <= (fault.recoveredUs ?? Infinity);
  return isDuring && (fault.victims === null || fault.victims.includes(first.endpoint));
}

const stillOpen = ({ first, second }: Takeover, endUs: number): Violation => ({
  text: `connection ${first.number} of ${first.client} to ${first.endpoint} was still open ${GRACE_US / 1e6} s after connection ${second.number} to ${second.endpoint} had been let in`,
  moments: [
    ...openingOf(first),
    ...openingOf(second),
    first.closedUs === null
      ? { us: endUs, who: first.client, what: 'never', text: `${first.number} was never ended` }
      : { us: first.closedUs, who: first.client, what: 'close', text: `${first.number} ends` },
  ],
});

const openingOf = ({ client, number, endpoint, openedUs }: Connection): Violation['moments'] =>
  openedUs === null ? [] : [{ us: openedUs, who: client, what: 'connect', text: `${number} let in by ${endpoint}` }];

/**
 * Each first connection that got messages which were first sent after the second was let in. One that was sent before, and acknowledged after, may
 * have been on its way to the first by then.
 */
function servedAfter(takeovers: readonly Takeover[], { receipts, sends }: History): Violation[] {
  if (takeovers.length === 0) return [];
  const byClient = grouped(takeovers, ({ first }) => first.client);
  const late = receipts.flatMap((receipt) => {
    const taken = byClient.get(receipt.client)?.find(({ first }) => first.number === receipt.connection);
    return taken !== undefined && receipt.us > taken.openedUs ? [{ receipt, taken }] : [];
  });
  if (late.length === 0) return [];
  const sent = byMessage(sends);
  const wrong = late.flatMap(({ receipt, taken }) => {
    const sentUs = sent.of(receipt).reduce((first, { us }) => Math.min(first, us), Infinity);
    return sentUs > taken.openedUs && sentUs < Infinity ? [{ receipt, taken, sentUs }] : [];
  });
  return [...grouped(wrong, ({ taken }) => taken)].flatMap(([taken, list]) =>
    list[0] === undefined ? [] : [served(taken, list[0], list.length)],
  );
}

const served = (
  { first, second }: Takeover,
  { receipt, sentUs }: { readonly receipt: Receipt; readonly sentUs: number },
  count: number,
): Violation => ({
  text: `connection ${first.number} of ${first.client} received ${count} messages that were first sent after connection ${second.number} had taken its place; the first is ${receipt.publisher}'s message ${receipt.seq} on ${receipt.topic}`,
  moments: [
    ...openingOf(first),
    ...openingOf(second),
    { us: sentUs, who: receipt.publisher, what: 'send', text: `sends ${receipt.seq}` },
    { us: receipt.us, who: first.client, what: 'receive', text: `receives ${receipt.seq} on ${first.number}` },
  ],
});

/** Only MQTT 5 has what a CONNACK offers, and the reason code: it should be there, and a library may hide it. */
function silentOf(ended: readonly Takeover[]): string {
  const inFive = ended.filter(({ first, isOrdered }) => isOrdered && first.offers !== null);
  const silent = inFive.filter(({ first }) => first.reasonCode !== TAKEN_OVER).length;
  return silent === 0 ? '' : `${silent} of ${inFive.length} were ended without reason code 0x8E, not judged`;
}
