import { judgementOfCases, type Case } from './cases.js';
import { notOffered, undecidedBecause, type Circumstances, type Guarantee, type Moment } from './guarantee.js';
import { grouped } from './grouped.js';
import type { Connection } from './history.js';
import { DIED, latestUs, mayHaveDied } from './hurt.js';
import type { Publication } from './publications.js';
import { readersOf, type Reader } from './retained-readers.js';
import { isBefore, valuesOf, writtenTopics, type Known, type Values } from './retained-values.js';

/** How long a cluster may take to show what it acknowledged on every node. */
export const SPREAD_US = 1_000_000;

/** How long a reader must stay after its SUBACK before anything is missed. */
export const STAY_US = 1_000_000;

export const retained: Guarantee = {
  name: 'retained',
  rule: 'A new subscriber is shown the latest acknowledged value, none older than one that anybody was shown before, and none after an acknowledged deletion.',
  section: '3.3.1.3',
  needs:
    'hand-overs with the retain flag and their acknowledgements; of each reader: SUBSCRIBE, SUBACK, every receipt with its retain flag',
  unknown:
    'Values that were in flight together, or of several writers: which of them stayed. What a broker held that does not declare that this survives its death.',
  judge(history, circumstances) {
    if (history.connections.some(({ offers }) => offers?.retain === false))
      return notOffered('the broker says in its CONNACK that it keeps no retained messages');
    const topics = writtenTopics(history);
    if (topics.size === 0) return undecidedBecause('nothing was published with the retain flag');
    if (!history.recorded.everySend || !history.recorded.everyReceipt)
      return undecidedBecause('not every hand-over and receipt was recorded');
    const writerAt = endpointsOf(history.connections);
    const cases = [...grouped(readersOf(history, topics), ({ topic }) => topic)].flatMap(([topic, readers]) => {
      const values = valuesOf(topics.get(topic) ?? [], readers);
      return readers.flatMap((reader) => caseOf(reader, values, { circumstances, writerAt }));
    });
    return judgementOfCases(cases);
  },
};

interface Around {
  readonly circumstances: Circumstances;
  readonly writerAt: (value: Publication) => string;
}

/** None where nothing was known to be there, and nothing was shown. */
function caseOf(reader: Reader, values: Values, around: Around): Case[] {
  const floor = values.newestAt(reader.sentUs - SPREAD_US);
  if (!reader.isShown && floor === undefined) return [];
  const isForeign = reader.shown.some(({ publisher }) => !values.writers.has(publisher));
  if (values.writers.size > 1 || isForeign) return ['several publishers wrote to one topic'];
  const found = reader.isShown ? staleCase(reader, values, floor) : absentCase(reader, values, floor, around);
  if (floor === undefined || found === null || typeof found === 'string') return [found];
  const endpoints = [reader.connection.endpoint, around.writerAt(floor.value)];
  return [mayHaveDied(around.circumstances, endpoints, floor.value.sentUs, reader.untilUs) ? DIED : found];
}

function staleCase(reader: Reader, values: Values, floor: Known | undefined): Case {
  const written = reader.shown.map(({ seq, us }) => ({ us, value: values.bySeq.get(seq) }));
  if (floor !== undefined) {
    const stale = written.find(({ value }) => value !== undefined && isBefore(value, floor.value));
    if (stale?.value !== undefined) return shownOld(reader, stale.value, stale.us, floor);
  }
  if (written.some(({ value }) => value === undefined))
    return 'a value was shown that nobody is recorded to have written';
  const isOpen = ({ value }: { readonly value: Publication | undefined }): boolean =>
    floor !== undefined && value !== undefined && value !== floor.value && value.sentUs <= floor.value.sentUs;
  return written.some(isOpen) ? 'values were in flight together, and nobody knows which of them stayed' : null;
}

function absentCase(reader: Reader, values: Values, floor: Known | undefined, around: Around): Case {
  if (floor === undefined || floor.value.clears || floor.value.qos === 0) return null;
  const { sentUs, answeredUs, untilUs } = reader;
  if (values.erasers.some((one) => !isBefore(one, floor.value) && one.sentUs < untilUs)) return null;
  if (untilUs < latestUs(around.circumstances, { fromUs: sentUs, dueUs: answeredUs, graceUs: STAY_US }))
    return 'a reader left before it could be shown anything';
  return {
    text: `${reader.client} subscribed to ${reader.topic} and was shown nothing, although ${floor.value.seq} ${knownBy(floor)}`,
    moments: [
      ...momentsOf(floor),
      subscribes(reader),
      { us: untilUs, who: reader.client, what: 'never', text: 'shown nothing' },
    ],
  };
}

const knownBy = ({ shownTo }: Known): string =>
  shownTo === null ? 'had been acknowledged before' : `had been shown to ${shownTo} before`;

function shownOld(reader: Reader, value: Publication, us: number, floor: Known): Case {
  const { seq, clears } = floor.value;
  return {
    text: clears
      ? `${reader.client} was shown ${value.seq} on ${reader.topic}, although its deletion had been acknowledged before`
      : `${reader.client} was shown ${value.seq} on ${reader.topic}, although ${seq}, which is newer, ${knownBy(floor)}`,
    moments: [
      { us: value.sentUs, who: value.publisher, what: 'send', text: `sends ${value.seq}` },
      ...momentsOf(floor),
      subscribes(reader),
      { us, who: reader.client, what: 'receive', text: `is shown ${value.seq}` },
    ],
  };
}

function momentsOf({ value, us, shownTo }: Known): Moment[] {
  const { publisher, seq, sentUs, clears } = value;
  return [
    { us: sentUs, who: publisher, what: 'send', text: clears ? `deletes with ${seq}` : `sends ${seq}` },
    shownTo === null
      ? { us, who: publisher, what: 'ack', text: `${seq} acknowledged` }
      : { us, who: shownTo, what: 'receive', text: `is shown ${seq}` },
  ];
}

const subscribes = ({ client, sentUs, connection }: Reader): Moment => ({
  us: sentUs,
  who: client,
  what: 'subscribe',
  text: `subscribes at ${connection.endpoint}`,
});

function endpointsOf(connections: readonly Connection[]): (value: Publication) => string {
  return ({ publisher, connection }) =>
    connections.find(({ client, number }) => client === publisher && number === connection)?.endpoint ?? '';
}
