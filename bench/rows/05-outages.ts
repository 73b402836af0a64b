import { longestGapUs } from '../../src/domain/ledger.js';
import type { Behaviour } from '../../testing/truth/behaviour.js';
import { withTruthBroker } from '../../testing/truth/broker.js';
import { measure } from '../../testing/truth/client.js';
import { keptOut, mute } from '../../testing/truth/outages.js';
import { messagesOf } from '../../testing/truth/truth.js';
import { table, type Context, type Row } from '../row.js';

const [COUNT, RATE, FIRST_VICTIM] = [800, 50, 100] as const;

/** Five outages, each of another kind or length; the broker does it at the same message. */
const outages: readonly { readonly name: string; readonly behaviour: () => Behaviour }[] = [
  ...[1, 3, 6].map((seconds) => ({
    name: `mute for ${seconds} s`,
    behaviour: () => mute(FIRST_VICTIM, seconds * 1000),
  })),
  { name: 'publisher kept out for 3 s', behaviour: () => keptOut('publisher', FIRST_VICTIM, 3000) },
  { name: 'subscriber kept out for 3 s', behaviour: () => keptOut('subscriber', FIRST_VICTIM, 3000) },
];

interface Gap {
  readonly sdk: string;
  readonly outage: string;
  readonly of: 'acknowledgements' | 'receipts';
  readonly clientMs: number;
  readonly brokerMs: number;
}

const isRight = ({ clientMs, brokerMs }: Gap): boolean =>
  Math.abs(clientMs - brokerMs) <= Math.max(100, brokerMs * 0.02);

/** The longest silence between the first and the last intended time, from the client's ledger and from the broker's stamps. */
async function gaps({ folder, clients }: Context, sdk: string, outage: (typeof outages)[number]): Promise<Gap[]> {
  const topic = `outages/${sdk}`;
  const environment = { MESSAGE_COUNT: String(COUNT), MESSAGE_RATE: String(RATE), TOPIC: topic };
  return withTruthBroker(outage.behaviour(), async ({ endpoint, truth }) => {
    const { ledger } = await measure(sdk, { endpoint, folder, environment, root: clients });
    const own = [...messagesOf(truth, topic).values()];
    const from = ledger.header.t0_us ?? NaN;
    const until = ledger.messages.at(-1)?.intended_us ?? NaN;
    const ms = (times: readonly (number | null | undefined)[]): number =>
      longestGapUs(
        times.filter((us) => us != null),
        from,
        until,
      ) / 1000;
    const both = { sdk, outage: outage.name };
    return [
      {
        ...{ ...both, of: 'acknowledgements', clientMs: ms(ledger.messages.map((m) => m.ack_us)) },
        brokerMs: ms(own.map(({ pubacksUs }) => pubacksUs[0])),
      },
      {
        ...{ ...both, of: 'receipts', clientMs: ms(ledger.messages.map((m) => m.recv_us)) },
        brokerMs: ms(own.map(({ deliveries }) => deliveries[0]?.atUs)),
      },
    ];
  });
}

/** How long a client says that nothing came, against how long the broker gave nothing. */
export const outageLengths: Row = {
  id: 5,
  figure: 'length of an outage against the truth',
  target: 'within max(100 ms, 2 %)',
  run: async (context) => {
    const found: Gap[] = [];
    for (const outage of outages) {
      context.say(outage.name);
      found.push(...(await Promise.all(context.sdks.map((sdk) => gaps(context, sdk, outage)))).flat());
    }
    const worst = Math.max(...found.map(({ clientMs, brokerMs }) => Math.abs(clientMs - brokerMs)));
    const right = found.filter(isRight).length;
    return {
      reached: right === found.length && found.length > 0,
      value: `${right} of ${found.length} within it; greatest difference ${worst.toFixed(1)} ms`,
      detail: [
        'Longest time without acknowledgement / without receipt, in ms: the client (the truth).',
        table(
          ['SDK', ...outages.map(({ name }) => name)],
          context.sdks.map((sdk) => [
            sdk,
            ...outages.map(({ name }) =>
              found
                .filter((gap) => gap.sdk === sdk && gap.outage === name)
                .map(({ clientMs, brokerMs }) => `${clientMs.toFixed(0)} (${brokerMs.toFixed(0)})`)
                .join(' / '),
            ),
          ]),
        ),
      ],
      data: { gaps: found },
    };
  },
};
