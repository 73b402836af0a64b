import { NO_LIMITS, type Circumstances } from '../src/domain/guarantees/guarantee.js';
import type {
  Ack,
  Connection,
  History,
  MessageId,
  Receipt,
  Send,
  Subscription,
} from '../src/domain/guarantees/history.js';

/** A few rows of a history, each with what does not matter filled in. One publisher `pub`, one subscriber `sub`, one topic `t`. */

const id = (seq: number, over: Partial<MessageId> = {}): MessageId => ({ publisher: 'pub', topic: 't', seq, ...over });

export const send = (seq: number, us: number, over: Partial<Send> = {}): Send => ({
  ...id(seq),
  ...{ connection: 1, qos: 1, retain: false, clears: false, us },
  ...over,
});

export const ack = (seq: number, us: number, over: Partial<Ack> = {}): Ack => ({
  ...id(seq),
  ...{ connection: 1, step: 'puback', code: 0, us },
  ...over,
});

export const receipt = (seq: number, us: number, over: Partial<Receipt> = {}): Receipt => ({
  ...id(seq),
  ...{ client: 'sub', connection: 1, qos: 1, retain: false, dup: false, us },
  ...over,
});

export const connection = (over: Partial<Connection> = {}): Connection => ({
  client: 'sub',
  number: 1,
  endpoint: '127.0.0.1:1883',
  askedUs: 0,
  openedUs: 1,
  sessionPresent: false,
  clean: false,
  keepAliveS: 5,
  expiryS: null,
  will: null,
  offers: null,
  closedUs: null,
  closedBy: null,
  reasonCode: null,
  ...over,
});

export const subscription = (over: Partial<Subscription> = {}): Subscription => ({
  ...{ client: 'sub', connection: 1, filter: 't', qos: 1, sentUs: 2, answeredUs: 3, granted: 1 },
  ...over,
});

export const history = (over: Partial<History> = {}): History => ({
  endUs: 1_000_000,
  recorded: { everySend: true, everyReceipt: true },
  connections: [connection()],
  subscriptions: [subscription()],
  sends: [],
  acks: [],
  receipts: [],
  ...over,
});

export const calm: Circumstances = { fault: null, broker: NO_LIMITS };
