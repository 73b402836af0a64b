import { judgementOfCases, type Case } from './cases.js';
import type { Circumstances, Guarantee, Moment, Violation } from './guarantee.js';
import { grouped } from './grouped.js';
import type { Connection, History, Receipt } from './history.js';
import { isDuringFault, isHurt } from './hurt.js';
import { byClient, closes, EARLY_US, isOpened, opens } from './connection-ends.js';
import { dueOf, GRACE_US, type Due, type Testator } from './will-due.js';
import { aroundOf, witnessesOf, type Witness } from './will-witnesses.js';

export const will: Guarantee = {
  name: 'will',
  rule: 'A will is published exactly if its connection ends without DISCONNECT (or with 0x04): after its delay, once to each subscriber; not if the session is resumed within the delay.',
  section: '3.1.2.5, 3.1.2.10; MQTT 5: 3.1.3.2.2',
  needs: 'connections with their will, keep-alive and how they ended; subscriptions; every receipt',
  unknown:
    'A will of a client that died together with its broker; one of QoS 0 that is missing during a fault; what is due after the end of the drain.',
  judge(history, circumstances) {
    const clients = byClient(history.connections);
    const testators = history.connections.filter(isTestator);
    const connections = new Map(
      [...clients].map(([client, list]) => [client, new Map(list.map((one) => [one.number, one]))]),
    );
    const around = aroundOf(history, (client, number) => connections.get(client)?.get(number), testators);
    const aliveUs = lastSigns(history, testators);
    const cases = testators.flatMap((dead) => {
      const others = (clients.get(dead.client) ?? []).filter((one) => one !== dead);
      const due = isNamedAgain(dead, others)
        ? NAMED_TWICE
        : dueOf(
            dead,
            others.filter(({ number }) => number > dead.number),
            circumstances,
          );
      const death = { dead, due, circumstances, endUs: history.endUs, aliveUs: aliveUs(dead) };
      return witnessesOf(dead, around).map((witness) => caseOf(death, witness));
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
  /** When the broker last said something on its connection. */
  readonly aliveUs: number;
}

const isTestator = (connection: Connection): connection is Testator => isOpened(connection) && connection.will !== null;

const NAMED_TWICE: Due = { kind: 'either', why: 'two connections of one client named the same will' };

const isNamedAgain = ({ will: own }: Testator, others: readonly Connection[]): boolean =>
  others.some((one) => one.will?.topic === own.topic && one.will.seq === own.seq);

/** The last receipt or acknowledgement on a connection. */
function lastSigns({ receipts, acks }: History, testators: readonly Testator[]): (dead: Testator) => number {
  const signs = new Map(
    [...grouped(testators, ({ client }) => client).keys()].map((client) => [client, new Map<number, number>()]),
  );
  const note = (client: string, connection: number, us: number): void => {
    const own = signs.get(client);
    if (own !== undefined && us > (own.get(connection) ?? -Infinity)) own.set(connection, us);
  };
  for (const { client, connection, us } of receipts) note(client, connection, us);
  for (const { publisher, connection, us } of acks) note(publisher, connection, us);
  return ({ client, number }) => signs.get(client)?.get(number) ?? -Infinity;
}

function caseOf(death: Death, witness: Witness): Case {
  const { dead, due, circumstances, endUs, aliveUs } = death;
  const [first] = witness.received;
  if (first === undefined)
    return due.kind === 'must' ? missing(death, due, witness) : due.kind === 'either' ? due.why : null;
  const forbidden =
    due.kind === 'must-not' ? due.why : first.us + EARLY_US < aliveUs ? 'while its connection went on' : null;
  const isExcused = isHurt(circumstances, dead.endpoint, dead.openedUs, dead.closedUs ?? endUs);
  if (forbidden !== null)
    return isExcused ? WITH_ITS_BROKER : violation(death, `was published ${forbidden}`, received(first));
  const repeated = repeatedIn(death, witness);
  if (repeated !== null) return repeated;
  if (due.kind === 'open') return 'a will was published of a client that did not notice its end';
  if (due.kind !== 'must') return due.kind === 'either' ? due.why : null;
  if (isExcused) return null;
  if (first.us < due.earliestUs) return violation(death, 'was published before its delay had passed', received(first));
  const isLate = first.us > due.latestUs && first.connection === witness.connection?.number;
  return isLate && !isHurtWitness(death, witness, due.latestUs)
    ? violation(death, `was published too late for ${first.client}`, received(first))
    : null;
}

const WITH_ITS_BROKER = 'a client died together with its broker';

function missing(death: Death, due: Extract<Due, { kind: 'must' }>, witness: Witness): Case {
  const { dead, circumstances, endUs } = death;
  const closedUs = dead.closedUs ?? endUs;
  if (isHurt(circumstances, dead.endpoint, closedUs, due.dueUs + GRACE_US)) return WITH_ITS_BROKER;
  if (endUs < due.latestUs) return 'the drain ended before a will was due';
  const leftUs = witness.connection?.closedUs ?? Infinity;
  if (leftUs <= due.latestUs || isHurtWitness(death, witness, due.latestUs))
    return 'a subscriber was not connected all the time';
  if (witness.qos === 0 && isDuringFault(circumstances, closedUs, due.latestUs))
    return 'a will of QoS 0 may be lost during a fault';
  const never = { us: due.latestUs, who: witness.client, what: 'never', text: 'the will never came' } as const;
  return violation(death, `never came to ${witness.client}`, never);
}

const isHurtWitness = ({ dead, circumstances, endUs }: Death, { connection }: Witness, untilUs: number): boolean =>
  connection !== null && isHurt(circumstances, connection.endpoint, dead.closedUs ?? endUs, untilUs);

/** A repeated packet of QoS 1 or 2 says so, or comes on another connection; QoS 0 never repeats. */
function repeatedIn(death: Death, { client, received: receipts, copies }: Witness): Case {
  const fresh = receipts.filter(({ dup, qos }) => qos === 0 || dup !== true);
  const groups = [...grouped(fresh, ({ qos, connection }) => (qos === 0 ? 0 : connection)).values()];
  const tooMany = groups.find(({ length }) => length > copies);
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
