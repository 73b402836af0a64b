import { grouped } from './grouped.js';
import { judgementOf, undecidedBecause, type Guarantee, type Violation } from './guarantee.js';
import { shareOf } from './filter.js';
import { byMessage, type ByMessage, type Receipt } from './history.js';
import { demandOf, owedOf, type Owed } from './owed.js';
import { standingsOf, type Standing } from './subscribed.js';

/** One answer for each subscription: one that gets nothing is one violation, however many messages it did not get. */
export const reach: Guarantee = {
  name: 'reach',
  rule: 'A subscription, exact or by a wildcard, gets every QoS 1 and 2 message that is published after its SUBACK, on whichever broker and topic.',
  section: '4.7, 3.8.4',
  needs: 'SUBACK, first hand-over and acknowledgement, and every receipt; every connection of the subscriber',
  unknown:
    'Messages of a subscriber whose session ended; of one that was away, and of a fault, where the broker does not declare what it keeps.',
  judge(history, circumstances) {
    if (!history.recorded.everyReceipt) return undecidedBecause('only the first receipt of each message was recorded');
    const standings = standingsOf(history);
    const owedTo = owedOf(history);
    const isDemanded = demandOf(standings, owedTo, circumstances);
    const receivedBy = receiptsByClient(history.receipts);
    const answers = standings.flatMap((standing) => {
      if (shareOf(standing.row.filter) !== null) return [];
      const due = owedTo(standing.row.filter).filter((message) => isDue(standing, message));
      if (due.length === 0) return [];
      const received = receivedBy(standing.row.client);
      const missed = due.filter((message) => received.of(message).length === 0);
      return [{ standing, due: due.length, missed, lost: missed.filter((message) => isDemanded(standing, message)) }];
    });
    const violations = answers.flatMap(({ standing, due, lost }) =>
      lost.length === 0 ? [] : [unreached(standing, due, lost, history.endUs)],
    );
    const open = answers.filter(({ missed, lost }) => lost.length === 0 && missed.length > 0);
    const count = open.reduce((sum, { missed }) => sum + missed.length, 0);
    const why = count === 0 ? '' : `${count} messages that may have been lost with a session, a queue or a broker`;
    return judgementOf({ checked: answers.length, violations, undecided: open.length, why });
  },
};

/** Sent while it stood, and not delivered at QoS 0. */
const isDue = ({ row, grantedUs, endsUs }: Standing, { sentUs }: Owed): boolean =>
  sentUs > grantedUs && sentUs <= endsUs && row.granted !== 0;

/** Where one client received everything, as most often, the list is the one that every checker has indexed. */
function receiptsByClient(receipts: readonly Receipt[]): (client: string) => ByMessage<Receipt> {
  const lists = grouped(receipts, ({ client }) => client);
  return (client) => byMessage(lists.size === 1 && lists.has(client) ? receipts : (lists.get(client) ?? EMPTY));
}

const EMPTY: readonly Receipt[] = [];

function unreached({ row, grantedUs }: Standing, due: number, lost: readonly Owed[], endUs: number): Violation {
  const first = lost.reduce((a, b) => (b.sentUs < a.sentUs ? b : a));
  const { publisher, topic, seq, sentUs, ackedUs } = first;
  return {
    text: `${row.client} subscribed to ${row.filter} and never received ${lost.length} of ${due} messages that were sent after its SUBACK and acknowledged; the first is ${publisher}'s message ${seq} on ${topic}`,
    moments: [
      { us: grantedUs, who: row.client, what: 'subscribe', text: `SUBACK for ${row.filter}` },
      { us: sentUs, who: publisher, what: 'send', text: `sends ${seq}` },
      { us: ackedUs, who: publisher, what: 'ack', text: `${seq} acknowledged` },
      { us: endUs, who: row.client, what: 'never', text: `${seq} never came` },
    ],
  };
}
