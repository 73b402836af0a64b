import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type * as Control from '../../../src/host/keeper/control.js';
import { ensureKeeper, keeperOf } from '../../../src/host/keeper/control.js';
import { isAlive, signalProcess, waitGone, type ProcessId } from '../../../src/host/os/processes.js';
import { ownVersion } from '../../../src/host/os/versions.js';
import { endLease, writeLease } from '../../../src/host/tickets/lease.js';
import { controlOf } from '../../../testing/other-version.js';
import { ownedBy, temporaryFolder, until } from '../../../testing/processes.js';

let old: typeof Control;
beforeAll(async () => {
  old = await controlOf(join(temporaryFolder(), 'old'), '0.0.9');
});

let dir: string;
beforeEach(() => {
  dir = join(temporaryFolder(), 'clusters', 'local');
  writeLease(dir, { cluster: 'local', driver: 'nats', runId: 'run', leaseMs: 600_000 });
});
afterEach(async () => {
  endLease(dir);
  await until('the keeper goes', () => keepers().length === 0);
});

const keepers = () => ownedBy(`${dir}#keeper`);
const versionNow = (): unknown =>
  (JSON.parse(readFileSync(join(dir, 'keeper.json'), 'utf8')) as Record<string, unknown>)['version'];

/** A keeper of the older program that is at work: it names itself then. */
async function oldKeeper(): Promise<ProcessId> {
  const keeper = await old.ensureKeeper(dir);
  await until('it is at work', () => existsSync(join(dir, 'keeper.json')));
  return keeper;
}

/** The fewest keepers that were there at once while the work lasted. */
async function fewestDuring(work: Promise<unknown>): Promise<number> {
  let fewest = Infinity;
  let isDone = false as boolean;
  const ended = work.finally(() => (isDone = true));
  while (!isDone) {
    fewest = Math.min(fewest, keepers().length);
    await sleep(1);
  }
  await ended;
  return fewest;
}

describe('the keeper of an older program', () => {
  it('is replaced under the same lease, and at no moment there is none', async () => {
    const before = await oldKeeper();
    const lease = readFileSync(join(dir, 'lease.json'), 'utf8');
    expect(versionNow()).toBe('0.0.9');
    expect(await fewestDuring(ensureKeeper(dir))).toBe(1);
    expect(await waitGone(before, 5000)).toBe(true);
    expect(keepers()).toEqual([keeperOf(dir)]);
    expect(versionNow()).toBe(ownVersion());
    expect(readFileSync(join(dir, 'lease.json'), 'utf8')).toBe(lease);
    expect(readFileSync(join(dir, 'keeper.log'), 'utf8')).toContain(`took over from ${before.pid}`);
  });

  it('stays where the new one is killed before it has taken over; who comes next replaces it', async () => {
    const before = await oldKeeper();
    // It comes no further than to its name: on a busy machine nobody could be sure to kill it in time.
    const program = join(temporaryFolder(), 'node');
    writeFileSync(program, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
    const { execPath } = process;
    process.execPath = program;
    const asked = ensureKeeper(dir);
    const next = () => keepers().find(({ pid }) => pid !== before.pid);
    await until('the new one starts', () => next() !== undefined).finally(() => (process.execPath = execPath));
    signalProcess(next()!, 'SIGKILL');
    expect(await asked).toEqual(before);
    expect(isAlive(before)).toBe(true);
    const after = await ensureKeeper(dir);
    expect(await waitGone(before, 5000)).toBe(true);
    expect(keepers()).toEqual([after]);
  }, 40_000);
});

it('the keeper of a newer program stays, whoever of an older one asks for a keeper', async () => {
  const keeper = await ensureKeeper(dir);
  await until('it is at work', () => existsSync(join(dir, 'keeper.json')));
  expect(await old.ensureKeeper(dir)).toEqual(keeper);
  expect(keepers()).toEqual([keeper]);
});
