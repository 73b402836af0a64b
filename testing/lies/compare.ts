import {
  NO_LIMITS,
  type Guarantee,
  type GuaranteeName,
  type Violation,
} from '../../src/domain/guarantees/guarantee.js';
import type { Connection, History } from '../../src/domain/guarantees/history.js';
import { guarantees } from '../../src/domain/guarantees/index.js';
import { subscriptionOf, type Book, type Lie } from './book.js';

/** One violation, as the broker and a checker both name it: what was violated, and by which message, client or connection. */
export interface Named {
  readonly guarantee: GuaranteeName;
  readonly key: string;
}

/** What the lies of a run should have been found by, against what was found. */
export interface LiesCompared {
  /** Violations that follow from the lies that were told. */
  readonly planted: readonly Named[];
  readonly missed: readonly Named[];
  /** With the sentence of the checker. */
  readonly invented: readonly (Named & { readonly text: string })[];
}

/** The broker keeps what it acknowledged, and a long queue. */
export const CIRCUMSTANCES = { fault: null, broker: { ...NO_LIMITS, survivesDeath: true, queuedMessages: 1000 } };

export function compareLies(book: Book, history: History, checkers: readonly Guarantee[] = guarantees): LiesCompared {
  const planted = unique(book.lies.flatMap((lie) => violatedBy(lie, book, history)));
  const found = checkers.flatMap(({ name, judge }) =>
    judge(history, CIRCUMSTANCES).violations.map((one) => ({ guarantee: name, key: keyOf(name, one), text: one.text })),
  );
  return { planted, missed: without(planted, found), invented: without(found, planted) };
}

const textOf = ({ guarantee, key }: Named): string => `${guarantee} ${key}`;

const unique = (list: readonly Named[]): Named[] => [...new Map(list.map((one) => [textOf(one), one])).values()];

/** What is in `list` more often than in `others`. */
function without<Each extends Named>(list: readonly Each[], others: readonly Named[]): Each[] {
  const left = others.map(textOf);
  return list.filter((one) => {
    const at = left.indexOf(textOf(one));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** The guarantees that a lie breaks, where its client can know it. */
function violatedBy(lie: Lie, { subscribed }: Book, { connections }: History): Named[] {
  // A client on a busy host may give up before it has its CONNACK: then it knows nothing of what it was told in it, and has no will.
  const known = (named: Named, isAbout: (connection: Connection) => boolean): Named[] => {
    const own = connections.filter((one) => named.key.startsWith(`${one.client} `) && isAbout(one));
    return own.some(({ openedUs }) => openedUs === null) ? [] : [named];
  };
  const isNumber =
    (...numbers: number[]) =>
    ({ number }: Connection): boolean =>
      numbers.includes(number);
  switch (lie.kind) {
    case 'lost':
    case 'forgotten': {
      const { client } = lie;
      const key = `${lie.topic} ${lie.seq}`;
      const subscription = subscriptionOf(client, lie.filter);
      // Who had to subscribe again has lost its session, and with it nobody knows what.
      const isKept = subscribed.get(subscription) === lie.nth;
      return [
        ...(lie.qos === 1 ? [{ guarantee: 'at-least-once', key } as const] : []),
        ...(lie.qos === 2 && isKept ? [{ guarantee: 'exactly-once', key } as const] : []),
        ...(isKept ? [{ guarantee: 'reach', key: subscription } as const] : []),
      ];
    }
    case 'twice':
    case 'released-twice':
    case 'again':
    case 'remembered':
      return [{ guarantee: lie.qos === 0 ? 'at-most-once' : 'exactly-once', key: `${lie.topic} ${lie.seq}` }];
    case 'unserved':
    case 'doubled':
      return [{ guarantee: 'shared', key: `${lie.topic} ${lie.seq}` }];
    case 'overtaken':
      return [{ guarantee: 'order', key: `${lie.topic} ${lie.seq}` }];
    case 'session-denied':
      return known({ guarantee: 'session', key: `${lie.client} ${lie.connection}` }, isNumber(lie.connection));
    case 'not-ended':
      return known(
        { guarantee: 'takeover', key: `${lie.client} ${lie.connection}` },
        isNumber(lie.connection, lie.connection + 1),
      );
    case 'stale-value':
    case 'deleted-value':
    case 'hidden-value':
      return [{ guarantee: 'retained', key: `${lie.client} ${lie.topic}` }];
    default:
      return known({ guarantee: 'will', key: `${lie.client} ${lie.seq}` }, ({ will }) => will?.seq === lie.seq);
  }
}

/** How the sentence of a violation names what it is about; the whole sentence where it cannot be read. */
function keyOf(name: GuaranteeName, { text, moments }: Violation): string {
  const parts = NAMES[name]?.exec(text)?.slice(1);
  if (parts === undefined) return text;
  if (name === 'takeover') parts.reverse();
  if (name === 'session') parts.push(/connection (\d+)/.exec(moments.at(-1)?.text ?? '')?.[1] ?? '?');
  if (NAMES[name] === MESSAGE) parts.reverse();
  return parts.join(' ');
}

const MESSAGE = /message (\d+) on (\S+) /;
const NAMES: Partial<Record<GuaranteeName, RegExp>> = {
  'at-least-once': MESSAGE,
  'at-most-once': MESSAGE,
  'exactly-once': MESSAGE,
  order: MESSAGE,
  shared: MESSAGE,
  session: /^(\S+)'s session had not expired/,
  retained: /^(\S+) (?:was shown \d+ on|subscribed to) (\S+?),? (?:although|and was shown nothing)/,
  will: /^(\S+)'s will (\d+) on/,
  takeover: /^connection (\d+) of (\S+) to/,
  reach: /^(\S+) subscribed to (\S+) and never/,
};
