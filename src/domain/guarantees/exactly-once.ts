import { doubtAboutLoss, doubtAboutRepetition, lookInto, type Course, type Doubt, type Look } from './doubts.js';
import { grouped } from './grouped.js';
import { judgementOf, notOffered, undecidedBecause, type Guarantee, type Moment, type Violation } from './guarantee.js';
import { byMessage, isAccepted, type Ack, type Receipt, type Send, type Subscription } from './history.js';
import { shareOf } from './filter.js';
import { copiesAllowed } from './subscribers.js';

/** What was found so far. A case is a message for one subscriber: it was completed, or it came. */
interface Found {
  checked: number;
  /** Messages without a PUBCOMP that came nowhere. */
  open: number;
  readonly violations: Violation[];
  readonly doubts: Map<Doubt, number>;
}

/** The members of a shared subscription are judged one by one for what comes twice, and by `shared` for what does not come. */
export const exactlyOnce: Guarantee = {
  name: 'exactly-once',
  rule: 'A QoS 2 message that its publisher completed comes to each subscriber that kept its session, and none comes to a client twice.',
  section: '4.3.3, 4.4',
  needs: 'every hand-over, PUBREC and PUBCOMP, every receipt with its connection, and whether sessions were present',
  unknown:
    'A message without a PUBCOMP may arrive or not. What became of a message whose subscriber lost its session. Whether a copy with DUP is a resend before PUBREC.',
  judge(history, circumstances) {
    const { recorded, connections, sends, acks, receipts } = history;
    if (connections.some(({ offers }) => offers !== null && offers.maximumQos < 2))
      return notOffered('the broker says that it has no QoS 2 (Maximum QoS)');
    if (!recorded.everySend) return undecidedBecause('only the first hand-over of each message was recorded');
    if (!recorded.everyReceipt) return undecidedBecause('only the first receipt of each message was recorded');
    const look = lookInto(history, circumstances);
    const [answers, received] = [byMessage(acks), byMessage(receipts)];
    const found: Found = { checked: 0, open: 0, violations: [], doubts: new Map() };
    for (const handovers of byMessage(sends).all()) {
      const [first] = handovers;
      if (first === undefined || handovers.some(({ qos }) => qos !== 2)) continue;
      judgeMessage(courseOf(first, handovers.length, answers.of(first)), received.of(first), look, found);
    }
    const undecided = [...found.doubts.values()].reduce((sum, count) => sum + count, 0);
    return judgementOf({ ...found, undecided, why: whyOf(found) });
  },
};

const courseOf = (first: Send, handovers: number, acks: readonly Ack[]): Course => ({
  ...{ first, handovers },
  pubrecs: acks.filter(({ step }) => step === 'pubrec'),
  completed: acks.find((ack) => ack.step === 'pubcomp' && isAccepted(ack)),
});

const whyOf = ({ open, doubts }: Found): string =>
  [
    ...[...doubts].map(([doubt, count]) => `${count} undecided: ${doubt}`),
    ...(open > 0 ? [`${open} without a PUBCOMP never came, which is allowed`] : []),
  ].join('; ');

function judgeMessage(course: Course, receipts: readonly Receipt[], look: Look, found: Found): void {
  const matching = look.subscribers(course.first.topic);
  if (course.completed === undefined && receipts.length === 0 && matching.size > 0) found.open += 1;
  const came = grouped(receipts, ({ client }) => client);
  for (const [client, all] of came) {
    found.checked += 1;
    const copies = all.filter(({ qos, retain }) => qos === 2 && !retain).sort((a, b) => a.us - b.us);
    if (copies.length <= Math.max(1, copiesAllowed(matching.get(client)))) continue;
    enter(found, doubtAboutRepetition(course, copies, look), () => repeated(course, client, copies));
  }
  if (course.completed === undefined) return;
  for (const [client, subscriptions] of matching) {
    const connection = came.has(client) ? undefined : demandedOn(subscriptions, course.first.us);
    if (connection === undefined) continue;
    found.checked += 1;
    enter(found, doubtAboutLoss(course, client, connection, look), () => lost(course, client, look));
  }
}

function enter({ doubts, violations }: Found, doubt: Doubt | null, violation: () => Violation): void {
  if (doubt === null) violations.push(violation());
  else doubts.set(doubt, (doubts.get(doubt) ?? 0) + 1);
}

/** The connection of the latest subscription at QoS 2 that had its SUBACK before the message was first sent; undefined: nothing was promised. */
const demandedOn = (subscriptions: readonly Subscription[], sentUs: number): number | undefined =>
  subscriptions
    .filter(({ filter, granted, answeredUs }) => granted === 2 && (answeredUs ?? Infinity) < sentUs && !shareOf(filter))
    .reduce<number | undefined>((latest, { connection }) => Math.max(latest ?? 0, connection), undefined);

/** What the publisher saw until its PUBCOMP: the hand-over, its answers, and where its connection broke. */
function course({ first, pubrecs, completed }: Course, look: Look): Moment[] {
  const { publisher, seq } = first;
  const untilUs = completed?.us ?? look.endUs;
  const isBetween = (us: number | null): us is number => us !== null && us > first.us && us < untilUs;
  const breaks = (look.connections.get(publisher) ?? []).flatMap(({ openedUs, closedUs, endpoint }): Moment[] => [
    ...(isBetween(closedUs) ? [{ us: closedUs, who: publisher, what: 'close' as const, text: 'connection ends' }] : []),
    ...(isBetween(openedUs) ? [{ us: openedUs, who: publisher, what: 'connect' as const, text: endpoint }] : []),
  ]);
  const acks = [...pubrecs, ...(completed === undefined ? [] : [completed])].map(({ us, step }): Moment => ({
    us,
    who: publisher,
    what: 'ack',
    text: `${step.toUpperCase()} ${seq}`,
  }));
  return [{ us: first.us, who: publisher, what: 'send', text: `sends ${seq}` }, ...breaks, ...acks];
}

const inOrder = (moments: Moment[]): Moment[] => moments.sort((a, b) => a.us - b.us);

const lost = (of: Course, client: string, look: Look): Violation => ({
  text: `${of.first.publisher}'s message ${of.first.seq} on ${of.first.topic} was completed (PUBCOMP), and ${client}, whose session was kept, never received it`,
  moments: inOrder([
    ...course(of, look),
    { us: look.endUs, who: client, what: 'never', text: `${of.first.seq} never came` },
  ]),
});

const repeated = ({ first }: Course, client: string, copies: readonly Receipt[]): Violation => ({
  text: `${first.publisher}'s message ${first.seq} on ${first.topic} was handed over once, and ${client} received it ${copies.length} times`,
  moments: inOrder([
    { us: first.us, who: first.publisher, what: 'send', text: `sends ${first.seq}` },
    ...copies.map(({ us, connection, dup }): Moment => {
      const flag = dup === true ? ', DUP' : '';
      return { us, who: client, what: 'receive', text: `receives ${first.seq} on connection ${connection}${flag}` };
    }),
  ]),
});
