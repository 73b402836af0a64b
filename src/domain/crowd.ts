import { grouped } from './guarantees/grouped.js';
import { mayStand, type Connection, type History, type Subscription } from './guarantees/history.js';
import type { Count, Percent } from './units.js';

/** The workload of many connections. */
export const CROWD = 'crowd';

/** What became of a crowd when something was done to its brokers. Times are in ms from then; null: not by the end. */
export interface CrowdFigures {
  readonly sdk: string;
  /** Connections that were open when it was done. */
  readonly connections: Count;
  /** Clients whose connection ended after that, not by themselves. */
  readonly thrownOut: Count;
  /** Of these: how many were connected at the end, with their subscription. */
  readonly back: Count;
  readonly halfBackMs: number | null;
  readonly mostBackMs: number | null;
  readonly allBackMs: number | null;
  /** CONNECTs that got a CONNACK which does not let in, and CONNECTs that got none. */
  readonly refused: Count;
  readonly failed: Count;
  /** Clients that were let in again and had not asked for a clean session; and those of them that were told that it was present. */
  readonly sessions: Count;
  readonly sessionsPresent: Count;
  /** How much of their way back the clients spent in pauses of their own, and not waiting for a broker; null: nobody came back. */
  readonly pausePercent: Percent | null;
  /** The same of the client that was the last one back. */
  readonly lastPausePercent: Percent | null;
}

/** What `mostBackMs` is the time of. */
export const MOST_PERCENT = 99;

/** The time that is looked at, in microseconds of the ledgers' clock: from what was done, to the end of the ledger or to the next such thing. */
export interface CrowdWindow {
  readonly fromUs: number;
  readonly untilUs: number;
}

/** The way of one client that was thrown out. */
interface Way {
  readonly backUs: number | null;
  /** Of its first connection after it was thrown out; null: it was not let in, or had asked for a clean session. */
  readonly sessionPresent: boolean | null;
  readonly pauseUs: number;
  readonly waitUs: number;
}

/** What a ledger of version 2 says of the connections of a crowd, while something was done to its brokers. */
export function crowdFigures(sdk: string, history: History, window: CrowdWindow): CrowdFigures {
  const { fromUs, untilUs } = window;
  const clients = [...grouped(history.connections, ({ client }) => client).values()];
  const open = clients.flatMap((own) => {
    const at = own.findIndex((one) => isOpenAt(one, fromUs));
    return at < 0 ? [] : [own.slice(at)];
  });
  const answers = grouped(history.subscriptions, ({ client }) => client);
  const ways = open.flatMap((own) => (isThrownOut(own[0], untilUs) ? [wayOf(own, answers, untilUs)] : []));
  const back = ways.filter((way) => way.backUs !== null).sort((a, b) => Number(a.backUs) - Number(b.backUs));
  const backMs = (percent: number): number | null => {
    const us = back[Math.ceil((ways.length * percent) / 100) - 1]?.backUs ?? null;
    return us === null ? null : (us - fromUs) / 1000;
  };
  const turnedAway = history.connections.filter(
    ({ askedUs, openedUs }) => openedUs === null && askedUs !== null && askedUs >= fromUs && askedUs < untilUs,
  );
  const refused = turnedAway.filter(({ refusedWith }) => refusedWith !== undefined).length;
  const told = ways.filter(({ sessionPresent }) => sessionPresent !== null);
  return {
    ...{ sdk, connections: open.length, thrownOut: ways.length, back: back.length },
    ...{ halfBackMs: backMs(50), mostBackMs: backMs(MOST_PERCENT), allBackMs: backMs(100) },
    ...{ refused, failed: turnedAway.length - refused },
    ...{ sessions: told.length, sessionsPresent: told.filter(({ sessionPresent }) => sessionPresent).length },
    ...{ pausePercent: pausePercent(back), lastPausePercent: pausePercent(back.slice(-1)) },
  };
}

function pausePercent(ways: readonly Way[]): number | null {
  const sum = (of: 'pauseUs' | 'waitUs'): number => ways.reduce((us, way) => us + way[of], 0);
  const [pause, wait] = [sum('pauseUs'), sum('waitUs')];
  return pause + wait === 0 ? null : Math.round((pause / (pause + wait)) * 100);
}

const isOpenAt = ({ openedUs, closedUs }: Connection, us: number): boolean =>
  openedUs !== null && openedUs <= us && (closedUs === null || closedUs > us);

const isThrownOut = (one: Connection | undefined, untilUs: number): one is Connection & { closedUs: number } =>
  one !== undefined && one.closedUs !== null && one.closedUs <= untilUs && one.closedBy?.startsWith('own-') !== true;

type Answers = ReadonlyMap<string, readonly Subscription[]>;

/** When a client was there on a connection: with its session, or with a new subscription. */
function thereUs({ client, number, openedUs, sessionPresent }: Connection, answers: Answers): number | null {
  if (openedUs === null || sessionPresent === true) return openedUs;
  const own = answers.get(client)?.filter((one) => one.connection === number && one.answeredUs !== null);
  return own?.find(mayStand)?.answeredUs ?? null;
}

/** From the connection that it was thrown out of, the first one given, to the last one. */
function wayOf(own: readonly Connection[], answers: Answers, untilUs: number): Way {
  const later = own.slice(1).filter(({ askedUs, openedUs }) => (askedUs ?? openedUs ?? 0) < untilUs);
  const last = later.at(-1);
  const there = last === undefined || isThrownOut(last, untilUs) ? null : thereUs(last, answers);
  const first = later.find(({ openedUs }) => openedUs !== null && openedUs <= untilUs);
  let [pauseUs, waitUs] = [0, 0];
  let freeUs = own[0]?.closedUs ?? 0;
  for (const [at, one] of later.entries()) {
    const beginUs = one.askedUs ?? one.openedUs ?? freeUs;
    const endUs = thereUs(one, answers) ?? one.closedUs ?? later[at + 1]?.askedUs ?? untilUs;
    pauseUs += Math.max(0, beginUs - freeUs);
    waitUs += endUs - beginUs;
    freeUs = one.closedUs ?? endUs;
  }
  return {
    backUs: there !== null && there <= untilUs ? there : null,
    sessionPresent: first === undefined || first.clean ? null : first.sessionPresent,
    ...{ pauseUs, waitUs },
  };
}
