import {
  faultPeriodFigures,
  type Ledger,
  type LedgerMessage,
  countLedger,
  latenciesUs,
  percentile,
} from '../../src/domain/ledger.js';
import { lossesOfLedger } from '../../src/domain/losses.js';
import { faultBorders, wholePhase } from '../../src/domain/periods.js';
import { NO_FAULT } from '../../src/domain/fault-record.js';
import type { RunData } from '../../src/domain/report-data.js';
import type { RunSources } from '../../src/report/sources.js';
import { outcome } from '../values.js';
import { plan, result, runData } from './values.js';

/** A run with real ledgers in memory, of any size; the same options give the same run. */
export interface Synthetic {
  readonly messages: number;
  readonly sdks: readonly string[];
  /** Every so many messages of the fault period is acknowledged and lost; 0: none. */
  readonly lostEvery: number;
}

const INJECTED_US = 50_000_000;
const RECOVERED_US = 82_000_000;
const VALIDATED_US = 142_500_000;
const BORDERS = faultBorders(
  { ...NO_FAULT, injectedUs: INJECTED_US, recoveredUs: RECOVERED_US },
  RECOVERED_US + 50_000,
);

/** Numbers that look like chance, and are always the same. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** `stallUs`: from the inject on, nothing is answered for so long. */
function ledger(options: {
  readonly messages: number;
  readonly fromUs: number;
  readonly spanUs: number;
  readonly stallUs: number;
  readonly lostEvery: number;
  readonly seed: number;
}): Ledger {
  const chance = sequence(options.seed);
  const messages = Array.from({ length: options.messages }, (_, seq): LedgerMessage => {
    const intended = Math.round(options.fromUs + (seq * options.spanUs) / options.messages);
    const stalled = intended >= INJECTED_US && intended < INJECTED_US + options.stallUs;
    const answered = stalled ? INJECTED_US + options.stallUs : intended;
    const ack = Math.round(answered + 800 + 4000 * chance() ** 3);
    const [lost, unacked] = [options.lostEvery > 0 && seq % options.lostEvery === 1, stalled && chance() < 0.02];
    return {
      seq,
      intended_us: intended,
      queued_us: intended + 100,
      sent_us: intended + 200,
      attempts: stalled ? 2 : 1,
      ack_us: unacked ? null : ack,
      recv_us: lost || unacked ? null : ack + Math.round(1500 * chance()),
      dups: 0,
    };
  });
  const at = { role: 'publisher', endpoint: '127.0.0.1:1881' } as const;
  const endUs = options.fromUs + options.spanUs + options.stallUs + 10_000_000;
  return { endUs, events: [{ event: 'connected', ...at, at_us: options.fromUs - 1000 }], messages };
}

const ms = (us: number | null): number | null => (us === null ? null : us / 1000);

/** What an honest client would say of its ledger. */
function outcomeOf(sdk: string, { messages, endUs }: Ledger): ReturnType<typeof outcome> {
  const { lostSeqs, unsent: _, ...counts } = countLedger(messages);
  const p99_ms = ms(percentile(latenciesUs(messages, endUs), 99));
  const code = lostSeqs.length === 0 && counts.unconfirmed === 0 ? 0 : 1;
  return outcome({
    sdk,
    end: { kind: 'exited', code },
    result: { ...counts, lost: lostSeqs.length, planned: messages.length, p99_ms, library: `${sdk}-library 1.0.0` },
  });
}

export function syntheticRun({ messages, sdks, lostEvery }: Synthetic): RunSources {
  const usedPlan = { ...plan, sdks, runId: 'chaos-run-local-2', load: { ...plan.load, messages } };
  const brokers = [{ sinceUs: 0, endpoints: { '127.0.0.1:1881': 'n1' } }];
  const each = (fromUs: number, spanUs: number, stallUs: number, lost: number) =>
    sdks.map((sdk, i) => ({
      sdk,
      ledger: ledger({ messages, fromUs, spanUs, stallUs, lostEvery: lost, seed: i + 7 }),
    }));
  const control = each(10_000_000, 20_000_000, 0, 0).map((l) => ({ scenario: null, phase: 'control' as const, ...l }));
  const parts = usedPlan.scenarios.map((scenario, i) => {
    const faulty = each(47_000_000, 35_000_000, 4_000_000 * i, lostEvery);
    const judged = each(VALIDATED_US, 20_000_000, 0, i === 0 ? lostEvery * 10 : 0);
    const faultPeriod = faulty.map(({ sdk, ledger: l }) =>
      faultPeriodFigures(sdk, l, [INJECTED_US, RECOVERED_US], BORDERS),
    );
    const record = { injectedUs: INJECTED_US, recoveredUs: RECOVERED_US };
    const validation = judged.map(({ sdk, ledger: l }) => outcomeOf(sdk, l));
    const name = scenario.name;
    return {
      ledgers: [
        ...faulty.map((l) => ({ scenario: name, phase: 'fault' as const, ...l })),
        ...judged.map((l) => ({ scenario: name, phase: 'validation' as const, ...l })),
      ],
      scenario: result(scenario, { fault: record, borders: BORDERS, faultPeriod, validation }),
    };
  });
  const ledgers = [...control, ...parts.flatMap((part) => part.ledgers)];
  const data: RunData = runData({
    plan: usedPlan,
    control: control.map(({ sdk, ledger: l }) => outcomeOf(sdk, l)),
    scenarios: parts.map(({ scenario }) => scenario),
    losses: ledgers.flatMap(({ ledger: l, ...where }) => {
      const injectedUs = where.phase === 'control' ? null : INJECTED_US;
      const period = where.phase === 'control' ? 'control run' : 'validation';
      const borders = where.phase === 'fault' ? BORDERS : wholePhase(period);
      return lossesOfLedger(where, l, { injectedUs, borders }, brokers);
    }),
  });
  const log = { loudness: 'warning', node: 'n1', count: 3, text: '[1] [WRN] <b>slow</b> consumer' } as const;
  return { data, ledgers, logs: { 'leader-transfer': [log] } };
}
