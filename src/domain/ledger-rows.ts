import { ACK_STEPS, CLOSED_BY, type AckStep, type ClosedBy, type Qos } from './guarantees/history.js';
import { anyText, fields, oneOf, orNull, shown, truth, type Shape } from './shape.js';

/** The events of a ledger of version 2, as `sdk_clients/CONTRACT.md` has them; each event has its own of these fields. */
export interface EventRow {
  readonly client: string;
  /** From 1, for each client. */
  readonly connection: number;
  readonly at_us: number;
  readonly endpoint: string;
  readonly clean: boolean;
  readonly keep_alive_s: number;
  readonly expiry_s: number | null;
  readonly will: { readonly topic: string; readonly seq: number; readonly qos: Qos; readonly delay_s: number } | null;
  readonly code: number;
  readonly session_present: boolean | null;
  readonly maximum_qos: Qos | null;
  readonly retain_available: boolean | null;
  readonly shared_available: boolean | null;
  readonly by: ClosedBy;
  readonly reason_code: number | null;
  readonly filter: string;
  readonly granted: number;
  readonly topic: string;
  readonly publisher: string;
  readonly seq: number;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly clears: boolean;
  readonly step: AckStep;
  readonly dup: boolean | null;
}

const whole =
  (least: number, most: number): Shape =>
  (value, at) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : `${at}: expected a whole number from ${least} to ${most}, got ${shown(value)}`;

/** The longest text that MQTT has. */
const MOST_CHARS = 65_535;

const name: Shape = (value, at) => {
  if (typeof value !== 'string') return anyText(value, at);
  return value.length <= MOST_CHARS
    ? undefined
    : `${at}: expected at most ${MOST_CHARS} characters, got ${value.length}`;
};

const count = whole(0, Number.MAX_SAFE_INTEGER);
const qos = whole(0, 2);
const code = whole(0, 255);

const OF_ALL = { client: name, connection: whole(1, 1_000_000_000), at_us: count };

const EVENTS = {
  connect: {
    ...{ endpoint: name, clean: truth, keep_alive_s: count, expiry_s: orNull(count) },
    will: orNull(fields({ topic: name, seq: count, qos, delay_s: count })),
  },
  connack: {
    ...{ code, session_present: orNull(truth), maximum_qos: orNull(qos) },
    ...{ retain_available: orNull(truth), shared_available: orNull(truth) },
  },
  close: { by: oneOf(...CLOSED_BY), reason_code: orNull(code) },
  subscribe: { filter: name, qos },
  suback: { filter: name, granted: code },
  send: { topic: name, seq: count, qos, retain: truth, clears: truth },
  ack: { topic: name, seq: count, step: oneOf(...ACK_STEPS), code },
  receive: { topic: name, publisher: name, seq: count, qos, retain: truth, dup: orNull(truth) },
} as const satisfies Readonly<Record<string, Readonly<Partial<Record<keyof EventRow, Shape>>>>>;

export type EventName = keyof typeof EVENTS;

const NAMES = Object.keys(EVENTS) as readonly EventName[];
const eventShape = oneOf(...NAMES);
/** Made once: a ledger may have a million rows. */
const SHAPES = new Map(NAMES.map((event) => [event, Object.entries({ ...OF_ALL, ...EVENTS[event] })] as const));

/** The event that a row of a ledger is, with every field that the contract wants of it. Throws one sentence that names the field. */
export function eventIn(given: unknown): { readonly event: EventName; readonly row: EventRow } {
  if (typeof given !== 'object' || given === null) throw new Error(`expected an event, got ${shown(given)}`);
  const row = given as Readonly<Record<string, unknown>>;
  const event = row['event'] as EventName;
  const unknown = eventShape(event, 'event');
  if (unknown !== undefined) throw new Error(unknown);
  for (const [field, shape] of SHAPES.get(event) ?? []) {
    const problem = shape(row[field], `${event}.${field}`);
    if (problem !== undefined) throw new Error(problem);
  }
  return { event, row: given as EventRow };
}
