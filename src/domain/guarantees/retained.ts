import { judgementOfCases, type Case } from './cases.js';
import { notOffered, undecidedBecause, type Circumstances, type Guarantee, type Moment } from './guarantee.js';
import { grouped } from './grouped.js';
import { DIED, isDuringFault, latestUs } from './hurt.js';
import type { Publication } from './publications.js';
import { readersOf, type Reader } from './retained-readers.js';
import { isBefore, valuesOf, writtenTopics, type Values } from './retained-values.js';

/** How long a cluster may take to show on every node what it acknowledged. The standard, which knows one server, allows nothing. */
export const SPREAD_US = 1_000_000;

/** How long a reader must stay after its SUBACK before anything is missed, on a busy host. */
export const STAY_US = 5_000_000;

export const retained: Guarantee = {
  name: 'retained',
  rule: 'A new subscriber is shown the latest acknowledged value, none that is older, and none after an acknowledged deletion.',
  section: '3.3.1.3',
  needs:
    'hand-overs with the retain flag and their acknowledgements; of each reader, which has a new session: SUBSCRIBE, SUBACK, every receipt with its retain flag',
  unknown:
    'Values that were in flight together, or of several writers: which of them stayed. What a broker held that does not declare that this survives its death.',
  judge(history, circumstances) {
    if (history.connections.some(({ offers }) => offers?.retain === false))
      return notOffered('the broker says in its CONNACK that it keeps no retained messages');
    const topics = writtenTopics(history);
    if (topics.size === 0) return undecidedBecause('nothing was published with the retain flag');
    if (!history.recorded.everySend || !history.recorded.everyReceipt)
      return undecidedBecause('not every hand-over and receipt was recorded');
    const cases = [...grouped(readersOf(history, topics), ({ topic }) => topic)].flatMap(([topic, readers]) => {
      const values = valuesOf(topics.get(topic) ?? []);
      return readers.flatMap((reader) => caseOf(reader, values, circumstances));
    });
    return judgementOfCases(cases);
  },
};

/** None where nothing was known to be there. */
function caseOf(reader: Reader, values: Values, circumstances: Circumstances): Case[] {
  const latest = values.newestBefore(reader.sentUs - SPREAD_US);
  if (latest === undefined) return [];
  const isForeign = reader.shown.some(({ publisher }) => !values.writers.has(publisher));
  if (values.writers.size > 1 || isForeign) return ['several publishers wrote to one topic'];
  const found =
    reader.shown.length > 0 ? shownCase(reader, values, latest) : absentCase(reader, values, latest, circumstances);
  const mayHaveDied =
    circumstances.broker.survivesDeath !== true && isDuringFault(circumstances, latest.sentUs, reader.untilUs);
  return [found !== null && mayHaveDied ? DIED : found];
}

function shownCase(reader: Reader, values: Values, latest: Publication): Case {
  const shown = reader.shown.map(({ seq, us }) => ({ us, value: values.bySeq.get(seq) }));
  for (const { value, us } of shown)
    if (value !== undefined && isBefore(value, latest)) return shownOld(reader, value, us, latest);
  if (shown.some(({ value }) => value === undefined))
    return 'a value was shown that nobody is recorded to have written';
  const isOpen = shown.some(({ value }) => value !== latest && (value?.sentUs ?? Infinity) <= latest.sentUs);
  return isOpen ? 'values were in flight together, and nobody knows which of them stayed' : null;
}

function absentCase(reader: Reader, values: Values, latest: Publication, circumstances: Circumstances): Case {
  const { client, topic, sentUs, answeredUs, untilUs } = reader;
  if (latest.clears || values.mayBeGone(latest, untilUs)) return null;
  if (untilUs < latestUs(circumstances, { fromUs: sentUs, dueUs: answeredUs, graceUs: STAY_US }))
    return 'a reader left before it could be shown anything';
  return {
    text: `${client} subscribed to ${topic} and was shown nothing, although ${latest.seq} had been acknowledged before`,
    moments: [
      ...momentsOf(latest),
      subscribes(reader),
      { us: untilUs, who: client, what: 'never', text: 'shown nothing' },
    ],
  };
}

function shownOld(reader: Reader, value: Publication, us: number, latest: Publication): Case {
  const { client, topic } = reader;
  const newer = latest.clears ? 'its deletion' : `${latest.seq}, which is newer,`;
  return {
    text: `${client} was shown ${value.seq} on ${topic}, although ${newer} had been acknowledged before`,
    moments: [
      { us: value.sentUs, who: value.publisher, what: 'send', text: `sends ${value.seq}` },
      ...momentsOf(latest),
      subscribes(reader),
      { us, who: client, what: 'receive', text: `is shown ${value.seq}` },
    ],
  };
}

const momentsOf = ({ publisher, seq, sentUs, ackedUs, clears }: Publication): Moment[] => [
  { us: sentUs, who: publisher, what: 'send', text: clears ? `deletes with ${seq}` : `sends ${seq}` },
  { us: ackedUs, who: publisher, what: 'ack', text: `${seq} acknowledged` },
];

const subscribes = ({ client, sentUs, endpoint }: Reader): Moment => ({
  us: sentUs,
  who: client,
  what: 'subscribe',
  text: `subscribes at ${endpoint}`,
});
