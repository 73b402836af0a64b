import type { Ack, Connection, History, Offers, Receipt, Send, Subscription } from './guarantees/history.js';
import { eventIn, type EventName, type EventRow } from './ledger-rows.js';
import { shown } from './shape.js';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A connection while it is read, with its subscriptions that have no answer yet. */
interface Open {
  readonly connection: Writable<Connection>;
  readonly unanswered: Writable<Subscription>[];
}

/** A ledger of version 2, row by row. */
export interface EventLedger {
  /** Throws one sentence about a row that is not as the contract says. */
  readonly take: (row: unknown) => void;
  readonly history: () => History;
}

type Take = Readonly<Record<EventName, (row: EventRow) => void>>;

/** Reads the events of a ledger of version 2, which any client may have written. `endUs`, from its first line: what came later is left out. */
export function eventLedger(endUs: number): EventLedger {
  const sends: Send[] = [];
  const acks: Ack[] = [];
  const receipts: Receipt[] = [];
  const same = sameText();
  const { open, ties, ofConnections } = readConnections(same);
  const take: Take = {
    ...ofConnections,
    send: ({ client, connection, topic, seq, qos, retain, clears, at_us: us }) =>
      void sends.push({ publisher: same(client), topic: same(topic), seq, connection, qos, retain, clears, us }),
    ack: ({ client, connection, topic, seq, step, code, at_us: us }) =>
      void acks.push({ publisher: same(client), topic: same(topic), seq, connection, step, code, us }),
    receive: ({ client, connection, topic, publisher, seq, qos, retain, dup, at_us: us }) => {
      const id = { publisher: same(publisher), topic: same(topic), seq };
      receipts.push({ ...id, client: same(client), connection, qos, retain, dup, us });
    },
  };
  let before = 0;
  return {
    take: (given) => {
      const { event, row } = eventIn(given);
      const { at_us: us } = row;
      if (us < before)
        throw new Error(`${event}.at_us: expected ${before} or later, as events are in time order, got ${us}`);
      before = us;
      if (us > endUs) return;
      if (event !== 'connect') open(event, row);
      take[event](row);
    },
    history: () => ({ endUs, recorded: { everySend: true, everyReceipt: true }, ...ties, sends, acks, receipts }),
  };
}

/** Connections and subscriptions: what has a beginning, an answer and an end. */
function readConnections(same: (text: string) => string) {
  const connections: Connection[] = [];
  const subscriptions: Subscription[] = [];
  const byClient = new Map<string, Open[]>();
  const open = (event: EventName, { client, connection }: EventRow): Open => {
    const found = byClient.get(client)?.[connection - 1];
    if (found !== undefined) return found;
    throw new Error(`${event}.connection: expected one that ${shown(client)} began with a connect, got ${connection}`);
  };
  const ofConnections: Omit<Take, 'send' | 'ack' | 'receive'> = {
    connect: (row) => {
      const own = byClient.get(row.client) ?? [];
      if (row.connection !== own.length + 1)
        throw new Error(
          `connect.connection: expected ${own.length + 1}, the next of ${shown(row.client)}, got ${row.connection}`,
        );
      const connection = begun(row, same);
      own.push({ connection, unanswered: [] });
      byClient.set(row.client, own);
      connections.push(connection);
    },
    connack: (row) => {
      const { connection } = open('connack', row);
      // One that is refused was never open.
      if (row.code === 0)
        Object.assign(connection, { openedUs: row.at_us, sessionPresent: row.session_present, offers: offersIn(row) });
      else connection.refusedWith = row.code;
    },
    close: (row) => {
      const { connection } = open('close', row);
      if (connection.closedUs !== null)
        throw new Error(`close.connection: expected one that is open, got ${row.connection}, which was closed before`);
      Object.assign(connection, { closedUs: row.at_us, closedBy: row.by, reasonCode: row.reason_code });
    },
    subscribe: (row) => {
      const { client, connection, qos, at_us: sentUs } = row;
      const asked = {
        client: same(client),
        connection,
        filter: same(row.filter),
        qos,
        sentUs,
        answeredUs: null,
        granted: null,
      };
      open('subscribe', row).unanswered.push(asked);
      subscriptions.push(asked);
    },
    suback: (row) => answer(open('suback', row), row),
  };
  return { open, ofConnections, ties: { connections, subscriptions } };
}

/** The first of those that have none. */
function answer({ unanswered }: Open, { filter, granted, at_us: answeredUs }: EventRow): void {
  const at = unanswered.findIndex((asked) => asked.filter === filter);
  const [asked] = at < 0 ? [] : unanswered.splice(at, 1);
  if (asked === undefined)
    throw new Error(
      `suback.filter: expected one that was subscribed to before on this connection, got ${shown(filter)}`,
    );
  Object.assign(asked, { answeredUs, granted });
}

function begun(row: EventRow, same: (text: string) => string): Writable<Connection> {
  const { will } = row;
  return {
    ...{
      client: same(row.client),
      number: row.connection,
      endpoint: same(row.endpoint),
      askedUs: row.at_us,
      openedUs: null,
    },
    ...{ sessionPresent: null, clean: row.clean, keepAliveS: row.keep_alive_s, expiryS: row.expiry_s },
    will: will && { topic: will.topic, seq: will.seq, qos: will.qos, delayS: will.delay_s },
    ...{ offers: null, closedUs: null, closedBy: null, reasonCode: null },
  };
}

/** Half of an answer is none: nobody may conclude from it that the rest is there. */
function offersIn({ maximum_qos, retain_available, shared_available }: EventRow): Offers | null {
  if (maximum_qos === null || retain_available === null || shared_available === null) return null;
  return { maximumQos: maximum_qos, retain: retain_available, shared: shared_available };
}

/** Each text once: a parsed row has its own copy of every id and topic, which for a million rows are more than the rows. */
function sameText(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const held = known.get(text);
    if (held === undefined) known.set(text, text);
    return held ?? text;
  };
}
