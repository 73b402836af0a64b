import { againstScript } from '../../testing/truth/against-script.js';
import { type LieName, scriptFrom } from '../../testing/truth/script.js';
import { randomFrom } from '../../testing/ledger-histories.js';
import { table, type Row } from '../row.js';

const [COUNT, RATE, RARE_TIMES, SEED] = [10_000, 500, 5, 1] as const;

function liesTold(): string {
  const told = new Map<LieName, number>();
  for (const { lie } of scriptFrom(randomFrom(SEED), COUNT, RARE_TIMES).values())
    told.set(lie, (told.get(lie) ?? 0) + 1);
  return [...told].map(([lie, times]) => `${lie} ×${times}`).join(', ');
}

/** Every message of four clients against the broker's own word, with every lie it knows. */
export const classes: Row = {
  id: 1,
  figure: '10,000 messages per SDK with planted faults of every kind: misclassified',
  target: '0, all four SDKs',
  run: async ({ folder, sdks, clients, say }) => {
    say(`${COUNT} messages at ${RATE}/s`);
    const options = { count: COUNT, ratePerSecond: RATE, rareTimes: RARE_TIMES, seed: SEED, folder, root: clients };
    const runs = await Promise.all(sdks.map((sdk) => againstScript(sdk, options)));
    const rows = runs.map(({ sdk, comparison, result, neglected }) => ({
      sdk,
      neglected,
      misclassified: comparison.misclassified.length,
      wrongFigures: comparison.figures.map(({ name, expected, got }) =>
        `${name}: ${got}, truth ${expected}`.slice(0, 200),
      ),
      examples: comparison.misclassified.slice(0, 5),
      endedByClient: comparison.endedByClient,
      mayBeUnread: comparison.mayBeUnread,
      classes: comparison.classes,
      duplicates: result.duplicates,
      inversions: result.inversions,
      unexpected: result.unexpected,
      reconnects: result.reconnects,
    }));
    const wrong = rows.reduce(
      (sum, row) => sum + row.misclassified + row.neglected.length + row.wrongFigures.length,
      0,
    );
    const head = [
      'SDK',
      'misclassified',
      'given up',
      'wrong figures',
      'ok',
      'lost',
      'recovered',
      'unconfirmed',
      'duplicates',
    ];
    return {
      reached: wrong === 0 && rows.length > 0,
      value: rows.map((row) => `${row.sdk} ${row.misclassified}, ${row.neglected.length} given up`).join('; '),
      detail: [
        table(
          [...head, 'inversions', 'unexpected', 'reconnects', 'maybe unread'],
          rows.map((row) => [
            row.sdk,
            ...[row.misclassified, row.neglected.length].map(String),
            ...[row.wrongFigures.join('; ') || '0'],
            ...[row.classes.ok, row.classes.lost, row.classes.recovered, row.classes.unconfirmed].map(String),
            ...[row.duplicates, row.inversions, row.unexpected, row.reconnects, row.mayBeUnread].map(String),
          ]),
        ),
        `Lies told to each: ${liesTold()}.`,
      ],
      data: { seed: SEED, rows },
    };
  },
};
