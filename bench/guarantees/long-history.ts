import type { GuaranteeName } from '../../src/domain/guarantees/guarantee.js';
import type { Ack, AckStep, History, Qos, Receipt, Send } from '../../src/domain/guarantees/history.js';
import { connection, history, subscription } from '../../testing/guarantee-history.js';

/** How many violations of each guarantee are in it. */
export const PLANTED: Partial<Record<GuaranteeName, number>> = {
  'at-least-once': 20,
  'at-most-once': 20,
  'exactly-once': 20,
  order: 20,
  // One for each subscription that misses messages.
  reach: 2,
};

const STEPS: Record<Qos, readonly AckStep[]> = { 0: [], 1: ['puback'], 2: ['pubrec', 'pubcomp'] };
const PUBLISHERS = ['p0', 'p1', 'p2', 'p3'];
const LANES: readonly Qos[] = [0, 1, 2];
/** As a reader of ledgers has them: one string for each topic, and not one for each row. */
const TOPICS = new Map(PUBLISHERS.map((publisher) => [publisher, LANES.map((qos) => `${publisher}/${qos}`)]));
/** Events of one message of each lane: send, acknowledgements, receipt. */
const EVENTS = LANES.reduce<number>((sum, qos) => sum + 2 + STEPS[qos].length, 0);
const GAP_US = 100;

/**
 * One subscriber that comes back once in the middle, four publishers with a topic for each QoS, and so many events. Every so often one message is treated wrongly:
 * QoS 0 comes twice, QoS 1 is lost, QoS 2 is lost or comes again, by turns; and one of QoS 1 comes after the next one of its lane, which was sent after its PUBACK.
 */
export function longHistory(events: number): History {
  const rounds = Math.floor(events / EVENTS / PUBLISHERS.length);
  const middleUs = Math.floor(rounds / 2) * GAP_US;
  const rows = { sends: [] as Send[], acks: [] as Ack[], receipts: [] as Receipt[] };
  const every = Math.floor(rounds / 20);
  for (let seq = 0; seq < rounds; seq += 1)
    for (const publisher of PUBLISHERS)
      for (const qos of LANES) {
        const isPlanted = seq % every === every >> 1 && seq < 20 * every;
        play({ publisher, qos, seq, middleUs, planted: isPlanted ? Math.floor(seq / every) : null }, rows);
      }
  return history({
    ...rows,
    endUs: (rounds + 10) * GAP_US,
    connections: [
      ...PUBLISHERS.map((client) => connection({ client })),
      connection({ closedUs: middleUs }),
      connection({ number: 2, askedUs: middleUs, openedUs: middleUs + 1, sessionPresent: true }),
    ],
    subscriptions: [...TOPICS.values()].flatMap((topics) =>
      LANES.map((qos) => subscription({ filter: topics[qos] ?? '', qos, granted: qos })),
    ),
  });
}

interface Message {
  readonly publisher: string;
  readonly qos: Qos;
  readonly seq: number;
  readonly middleUs: number;
  /** The number of the violation. */
  readonly planted: number | null;
}

function play(
  { publisher, qos, seq, middleUs, planted }: Message,
  rows: { sends: Send[]; acks: Ack[]; receipts: Receipt[] },
): void {
  const sentUs = 10 + seq * GAP_US;
  const topic = TOPICS.get(publisher)?.[qos] ?? '';
  rows.sends.push({ publisher, topic, seq, connection: 1, qos, retain: false, clears: false, us: sentUs });
  STEPS[qos].forEach((step, at) =>
    rows.acks.push({ publisher, topic, seq, connection: 1, step, code: 0, us: sentUs + 1 + at }),
  );
  const comes = (us: number): number => {
    const number = us < middleUs ? 1 : 2;
    const id = { publisher, topic, seq };
    return rows.receipts.push({ ...id, client: 'sub', connection: number, qos, retain: false, dup: false, us });
  };
  const isWrong = planted !== null && publisher === 'p0';
  if (isWrong && (qos === 1 || (qos === 2 && planted % 2 === 0))) return;
  // Acknowledged long before the next one is sent, and received after it.
  const isOvertaken = planted !== null && publisher === 'p1' && qos === 1;
  comes(sentUs + (isOvertaken ? GAP_US + 50 : 5));
  if (isWrong) comes(sentUs + 6);
}
