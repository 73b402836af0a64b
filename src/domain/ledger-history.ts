import type { Ack, Connection, History, MessageId, Receipt, Send, Subscription } from './guarantees/history.js';
import type { Ledger, LedgerEvent } from './ledger.js';
import type { MqttVersion } from './mqtt.js';

/** What the clients of a phase were started with, which a ledger of version 1 does not say. */
export interface LedgerSettings {
  readonly mqttVersion: MqttVersion;
  /** Whether the subscriber asked for a session that outlives its connections. */
  readonly keptSession: boolean;
}

const PUBLISHER = 'publisher';
const SUBSCRIBER = 'subscriber';

/** In MQTT 5, by the clients' contract. */
const KEPT_SECONDS = 1800;

/**
 * A ledger of version 1 as a history: of one client `publisher` and one `subscriber`, all of it QoS 1. It has the first hand-over, the PUBACK and the first receipt of each
 * message; of the subscription it says nothing but that there was one. Null for the settings: nobody knows them, and so nothing is said about connections.
 */
export function historyOfLedger(ledger: Ledger, settings: LedgerSettings | null): History {
  const { endUs, events, messages, topic = 'topic' } = ledger;
  const sendsOn = connectionAt(events, 'publisher');
  const receivesOn = connectionAt(events, 'subscriber');
  const sends: Send[] = [];
  const acks: Ack[] = [];
  const receipts: Receipt[] = [];
  for (const { seq, sent_us: sentUs, ack_us: ackUs, recv_us: receivedUs } of messages) {
    const id: MessageId = { publisher: PUBLISHER, topic, seq };
    if (typeof sentUs === 'number')
      sends.push({ ...id, connection: sendsOn(sentUs), qos: 1, retain: false, clears: false, us: sentUs });
    if (typeof ackUs === 'number') acks.push({ ...id, connection: sendsOn(ackUs), step: 'puback', code: 0, us: ackUs });
    if (typeof receivedUs === 'number') {
      const wire = { connection: receivesOn(receivedUs), qos: 1, retain: false, dup: null, us: receivedUs } as const;
      receipts.push({ ...id, client: SUBSCRIBER, ...wire });
    }
  }
  return {
    endUs,
    recorded: { everySend: false, everyReceipt: false },
    connections: settings === null ? [] : connectionsOf(events, settings),
    subscriptions: events.some(({ role }) => role === 'subscriber') ? [subscribed(topic)] : [],
    ...{ sends, acks, receipts },
  };
}

const subscribed = (filter: string): Subscription => ({
  ...{ client: SUBSCRIBER, connection: 1, filter, qos: 1, sentUs: null, answeredUs: null, granted: null },
});

const eventsOf = (events: readonly LedgerEvent[], role: LedgerEvent['role'], what: LedgerEvent['event']) =>
  events.filter((event) => event.role === role && event.event === what);

/** The number of the connection that a client had last begun by a moment. */
function connectionAt(events: readonly LedgerEvent[], role: LedgerEvent['role']): (us: number) => number {
  const begun = eventsOf(events, role, 'connected').map(({ at_us: us }) => us);
  return (us) => Math.max(1, begun.findLastIndex((from) => from <= us) + 1);
}

/** A role has one connection after the other: the first end is that of the first, as in `takeover.ts`. */
function connectionsOf(events: readonly LedgerEvent[], { mqttVersion, keptSession }: LedgerSettings): Connection[] {
  return ([PUBLISHER, SUBSCRIBER] as const).flatMap((client) => {
    const ended = eventsOf(events, client, 'disconnected');
    const isKept = client === SUBSCRIBER && keptSession;
    const expiryS = isKept ? (mqttVersion === '5' ? KEPT_SECONDS : null) : 0;
    return eventsOf(events, client, 'connected').map(
      ({ endpoint, at_us: openedUs, session_present }, i): Connection => {
        const end = ended[i];
        const code = end?.reason_code ?? null;
        return {
          ...{ client, number: i + 1, endpoint, askedUs: null, openedUs, sessionPresent: session_present ?? null },
          ...{ clean: !isKept, keepAliveS: null, expiryS, will: null, offers: null },
          ...{ closedUs: end?.at_us ?? null, reasonCode: code },
          closedBy: end === undefined ? null : code === null ? 'unknown' : 'peer',
        };
      },
    );
  });
}
