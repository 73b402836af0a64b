import { randomInt } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { sdks } from '../../scripts/setup/sdks.mjs';
import { countLedger, latenciesUs, percentile, type LedgerMessage } from '../../src/domain/ledger.js';
import { historyFrom, randomFrom, type History } from '../../testing/ledger-histories.js';
import { expectationOf, type Expectation } from '../../testing/ledger-model.js';
import { scratchFolder } from '../../testing/scratch.js';

const folder = scratchFolder('vectors');
afterAll(() => rmSync(folder, { recursive: true }));

const FIXED_SEED = 1;
const FIXED_CASES = 40;
/** Another one in every run; a failure names it, and `LEDGER_SEED` repeats it. */
const seed = Number(process.env['LEDGER_SEED'] ?? randomInt(2 ** 31));
const FRESH_CASES = 300;

type Case = History & { readonly expect: Expectation };

function cases(from: number, count: number): Case[] {
  const random = randomFrom(from);
  return Array.from({ length: count }, () => {
    const history = historyFrom(random);
    return { ...history, expect: expectationOf(history) };
  });
}

const linesOf = (all: readonly Case[]): string => all.map((one) => `${JSON.stringify(one)}\n`).join('');

const fresh = cases(seed, FRESH_CASES);

it('keeps a file of cases for whoever runs the tests of one client alone', async () => {
  const file = '../../sdk_clients/ledger-vectors.ndjson';
  await expect(linesOf(cases(FIXED_SEED, FIXED_CASES))).toMatchFileSnapshot(file);
});

it('draws histories in which everything occurs that a client counts', () => {
  const totals: Record<string, number> = {};
  for (const [name, n] of fresh.flatMap((one) => Object.entries(one.expect.counts))) totals[name] = (totals[name] ?? 0) + n;
  expect(Object.entries(totals).filter(([, n]) => n === 0)).toEqual([]);
});

it(`classifies in the judge as the slow model does (seed ${seed})`, () => {
  for (const history of fresh) {
    const { counts, lost_seqs: lost, latency_ms: latency, messages } = history.expect;
    const generated = history.events.filter((e) => e[0] === 'generate');
    const ledger = messages.map(
      ([sent_us, attempts, ack_us, recv_us, dups], seq): LedgerMessage => ({
        ...{ seq, intended_us: generated[seq]![1], queued_us: generated[seq]![2] },
        ...{ sent_us, attempts, ack_us, recv_us, dups },
      }),
    );
    const { lostSeqs, unsent, ...others } = countLedger(ledger);
    const { sent, acked, received, recovered, unconfirmed } = counts;
    expect(others).toEqual({ sent, acked, received, recovered, unconfirmed });
    expect({ lost: lostSeqs.slice(0, 200), unsent: unsent + history.planned - messages.length }).toEqual({
      lost,
      unsent: counts.unsent,
    });
    if (latency !== null) {
      const values = latenciesUs(ledger, history.end_us).map((us) => Math.min(600_000_000, Math.max(1, us)));
      expect([50, 90, 99, 99.9, 100].map((p) => percentile(values, p)! / 1000)).toEqual(latency);
    }
  }
});

describe.each(sdks)('the $name client', ({ name: sdk, ownTests: [command, ...args] }) => {
  it(`passes its own tests, with a ledger that agrees with the slow model (seed ${seed})`, { timeout: 300_000 }, async () => {
    const vectors = join(folder, `${sdk}.ndjson`);
    writeFileSync(vectors, linesOf(fresh));
    const cwd = fileURLToPath(new URL(`../../sdk_clients/${sdk}`, import.meta.url));
    const ran = await execa(command, args, { cwd, all: true, reject: false, env: { LEDGER_VECTORS: vectors } });
    expect(ran.exitCode, ran.all.slice(-4000)).toBe(0);
  });
});
