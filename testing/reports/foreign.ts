import { judgeKnown } from '../../src/domain/known-verdict.js';
import type { RunData } from '../../src/domain/report-data.js';
import { knownEntry } from '../known.js';
import { catalogue, outcome } from '../values.js';
import { guaranteeResult } from './guarantees.js';
import { figures, plan, result, runData, snapshot } from './values.js';

/** A run with these words wherever the words of others stand: of clients, brokers, the kernel, people and configs. */
export function runSaying(words: string): RunData {
  const evidence = [{ what: words, expected: words, observed: words, ok: false }];
  const [, , leader] = catalogue;
  const lost = { seq: 7, intendedMs: 1, sentMs: 2, ackedMs: 3, attempts: 1, ackedBy: words };
  const place = { scenario: 'leader-transfer', phase: 'fault', sdk: 'go', since: 'inject' } as const;
  const moments = [{ us: 2_000_000, who: words, what: 'never', text: words }] as const;
  const violated = { state: 'violated', violations: 1, shown: [{ text: words, moments }], why: words } as const;
  const snapshots = [
    snapshot({ figures: { [`a${words}`]: 1 } }),
    snapshot({ label: 'during', figures: { [`a${words}`]: 2 }, warnings: [words], neverLines: [words] }),
  ];
  const scenario = result(
    { ...leader!, target: words, params: { [words]: words } },
    {
      fault: {
        ...{ injector: 'sigkill', victim: words, reason: words, injectError: words, recoverError: words },
        ...{ cleanup: words, bite: evidence, healed: evidence },
        leaders: [{ group: words, from: words, to: words, seconds: 1, termFrom: 1, termTo: 2 }],
      },
      faultPeriod: [figures()],
      snapshots,
      guarantees: [guaranteeResult(violated)],
      validation: [
        outcome({ sdk: 'go', result: { lost: 1, errors: [words, words] } }),
        outcome({ sdk: 'rust', result: null, lineProblem: words }),
      ],
    },
  );
  const data = runData({
    plan: { ...plan, configPath: `/srv/${words}/my.yml` },
    control: [outcome({ sdk: 'go', result: { library: words, errors: [words] } })],
    scenarios: [{ ...scenario, notes: [words], deadNodes: [words], clusterEnded: words, equipmentDied: [words] }],
    controlGuarantees: [guaranteeResult({ ...violated, phase: 'control' })],
    endSnapshot: snapshot({ label: 'end', warnings: [words], neverLines: [words] }),
    losses: [{ ...place, count: 1, seqs: '7', messages: [lost] }],
    notes: [words],
    versions: { broker: words },
  });
  const covered = knownEntry({ id: 'K-1', why: words, issue: words, match: { check: 'never_line' }, goneAfter: 1 });
  const entries = [covered, knownEntry({ id: 'K-2', why: words, goneAfter: 1 })];
  return judgeKnown(
    { ...data, plan: { ...data.plan, known: entries } },
    { entries, day: '2026-11-29', earlier: [[{ id: 'K-2', seen: 0 }]] },
  );
}
