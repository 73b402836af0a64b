import { judgementOfCases, type Case } from './cases.js';
import type { Circumstances, Guarantee } from './guarantee.js';
import type { Connection, History } from './history.js';
import { grouped } from './grouped.js';
import { firstReceiptsOf, publicationsByTopic, type Publication } from './publications.js';
import { keptCases } from './session-kept.js';
import { byClient, livesOf } from './session-lives.js';
import { presenceCases } from './session-present.js';

export const session: Guarantee = {
  name: 'session',
  rule: 'What is acknowledged while a persistent subscriber is away arrives once it is back; `session present` is true, subscriptions stay, and a session lives until its expiry and no longer.',
  section: '3.1.2.4, 3.2.2.2; MQTT 5: 3.1.2.11.2',
  needs: 'connections with session present and expiry, subscriptions, sends, acknowledgements, first receipts',
  unknown:
    'What waited beyond the queue that the broker declares; what a broker held that does not declare that this survives its death; what comes after the end of the drain.',
  judge(history, circumstances) {
    const clients = [...byClient(history.connections)];
    const present = clients.flatMap(([, attempts]) => presenceCases(attempts, circumstances));
    return judgementOfCases([...present, ...everythingKept(history, circumstances, clients)]);
  },
};

/** Every session that was resumed at least once. */
function everythingKept(history: History, circumstances: Circumstances, clients: [string, Connection[]][]): Case[] {
  const lives = clients.flatMap(([client, attempts]) =>
    livesOf(attempts)
      .filter(({ length }) => length > 1)
      .map((life) => ({ client, life })),
  );
  const receivedBy = firstReceiptsOf(history.receipts, new Set(lives.map(({ client }) => client)));
  const subscriptions = grouped(history.subscriptions, ({ client }) => client);
  const publications = publicationsByTopic(history);
  const publisherAt = endpointsOf(clients);
  return lives.flatMap(({ client, life }) =>
    keptCases({
      ...{ life, publications, publisherAt, history, circumstances },
      subscriptions: subscriptions.get(client) ?? [],
      received: receivedBy(client),
    }),
  );
}

function endpointsOf(clients: [string, Connection[]][]): (publication: Publication) => string | null {
  const attempts = new Map(clients);
  return ({ publisher, connection }) =>
    attempts.get(publisher)?.find(({ number }) => number === connection)?.endpoint ?? null;
}
