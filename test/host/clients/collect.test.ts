import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClientOutcome } from '../../../src/domain/client-result.js';
import type { ClientReady } from '../../../src/host/clients/phase.js';
import { phasePaths } from '../../../src/host/layout/phase-paths.js';
import { findOwned } from '../../../src/host/os/processes.js';
import {
  clusterDir,
  collectClients,
  request,
  scripts,
  sdkRoot,
  startClients,
  WAITING,
} from '../../../testing/phase-clients.js';

describe('a phase of clients that were never seen before', () => {
  const sdks = [
    ...Object.keys(scripts).filter((name) => !WAITING.includes(name)),
    'unexecutable',
    'windows',
    'missing',
  ];
  const phase = request('habits', sdks, { limitMs: 4000 });
  let readyOf: Readonly<Record<string, ClientReady | null>>;
  const outcomes = new Map<string, ClientOutcome>();

  beforeAll(async () => {
    readyOf = await startClients(phase);
    for (const outcome of await collectClients(phase.phaseDir, sdks)) outcomes.set(outcome.sdk, outcome);
  });

  const outcomeOf = (sdk: string): ClientOutcome | undefined => outcomes.get(sdk);
  const exited = (code: number): unknown => ({ end: { kind: 'exited', code } });
  const fileOf = (sdk: string, name: string): string => join(phase.phaseDir, sdk, name);

  it('takes five fields for a result, whatever the exit status', () => {
    const result = { sent: 3, received: 3, lost: 0, p99_ms: 1.5, errors: [] };
    expect(outcomeOf('good')).toMatchObject({ ...(exited(0) as object), result, lineProblem: null, attempt: 1 });
    expect(outcomeOf('failing')).toMatchObject({ ...(exited(1) as object), result, lineProblem: null });
  });

  it('knows the ready line of those that have one', () => {
    expect(readyOf['good']).toEqual({ publisher: 'h:1', subscriber: 'h:2' });
    expect(readyOf['garbage']).toBeNull();
  });

  it.each([
    ['garbage', 'got "Segmentation fault"'],
    ['silent', 'got nothing'],
    ['incomplete', 'received'],
    ['talkative', 'got "Goodbye!"'],
    ['endless', 'over 64 KiB'],
  ])('takes the last line of one that is %s for no result, and says why', (sdk, why) => {
    expect(outcomeOf(sdk)).toMatchObject({ ...(exited(0) as object), result: null });
    expect(outcomeOf(sdk)?.lineProblem).toContain(why);
  });

  it('keeps little of a flood, and finds the last line behind it', () => {
    expect(outcomeOf('flooding')).toMatchObject({ ...(exited(0) as object), result: { sent: 3 } });
    for (const name of ['stdout.log', 'stderr.log']) {
      expect(statSync(fileOf('flooding', name)).size).toBeLessThan(300 * 1024);
      expect(readFileSync(fileOf('flooding', name), 'utf8')).toMatch(/\[1\d{7} further bytes not kept\]\n$/);
    }
  });

  it('tells a client that crashed from one that exited', () => {
    expect(outcomeOf('crashing')?.end).toEqual({ kind: 'signalled', signal: 'SIGSEGV' });
  });

  it('ends a client that outlives its limit, with everything that it has started', () => {
    expect(outcomeOf('hanging')?.end).toEqual({ kind: 'timeout', limitMs: 4000 });
    expect(outcomeOf('hanging')?.durationSeconds).toBeGreaterThanOrEqual(4);
  });

  it('does not wait for what a client has left running, and ends it', () => {
    expect(outcomeOf('leaving')).toMatchObject({ ...(exited(0) as object), result: { sent: 3 } });
    expect(outcomeOf('leaving')?.durationSeconds).toBeLessThan(4);
    expect(findOwned((owner) => owner.startsWith(`${clusterDir}#clients-habits/`))).toEqual([]);
  });

  it('does not wait either for what nobody can find', () => {
    expect(outcomeOf('escaping')).toMatchObject({ ...(exited(0) as object), result: { sent: 3 } });
    expect(outcomeOf('escaping')?.durationSeconds).toBeLessThan(4);
  });

  it.each([
    ['missing', 'expected the script of the client, found no'],
    ['unexecutable', 'expected an executable file, got mode 644: run chmod +x on it'],
    ['windows', 'its lines end with CRLF'],
  ])('tells a script that is %s from one that fails, and says what it is', (sdk, why) => {
    const path = expect.stringContaining(`${join(sdkRoot, sdk, 'probe.sh')}: ${why}`) as unknown;
    expect(outcomeOf(sdk)).toMatchObject({ end: { kind: 'not_found', path }, result: null });
  });

  it('does not believe a line that its own ledger contradicts, or whose ledger is cut off', () => {
    expect(outcomeOf('lying')).toMatchObject({ result: null });
    expect(outcomeOf('lying')?.lineProblem).toBe('the result line says sent 3, its own ledger 1');
    expect(outcomeOf('cut')?.lineProblem).toContain('ledger');
    expect(outcomeOf('cut')?.result).toBeNull();
  });

  it('does not believe a line that contradicts itself', () => {
    expect(outcomeOf('contradicting')).toMatchObject({ ...(exited(0) as object), result: null });
    expect(outcomeOf('contradicting')?.lineProblem).toContain('sent 100, received 40, lost 0');
  });

  it('does not believe a line of another workload than the one that was started', () => {
    expect(outcomeOf('otherwise')).toMatchObject({ ...(exited(0) as object), result: null });
    expect(outcomeOf('otherwise')?.lineProblem).toMatch(/^the result line says workload wills, and .+ was started$/);
  });

  it('knows by its ledger a client whose id another one took, and no other', () => {
    expect(outcomeOf('taken')?.idTaken).toMatch(/^another client used the client id of the publisher: .*0x8e/);
    expect(outcomeOf('copied')?.idTaken).toMatch(/^another client uses this client id and publishes to its topic/);
    for (const sdk of ['shed', 'good', 'lying']) expect(outcomeOf(sdk)).not.toHaveProperty('idTaken');
  });

  it('gives each client the contract’s variables, endpoints of its own first, and nothing else', () => {
    const turn = sdks.indexOf('telling') % 3;
    const endpoints = ['h:1', 'h:2', 'h:3', 'h:1', 'h:2'].slice(turn, turn + 3);
    const words = readFileSync(fileOf('telling', 'stderr.log'), 'utf8').trim();
    const topic = 'chaos/r1/habits/telling-1';
    expect(words).toBe(`${endpoints[0]} ${endpoints.join()} u top-secret r1-habits-telling ${topic}`);
    const names = readFileSync(fileOf('telling', 'stdout.log'), 'utf8').split('\n')[0]?.trim().split(' ');
    const foreign = names?.filter((name) => /^(VITEST|NODE|npm_|TEMPORAL|GITHUB|FEISHU)/i.test(name));
    expect(foreign).toEqual([]);
  });

  it('writes the password to no file', () => {
    for (const file of ['phase.json', 'runner.json', 'runner.log', 'good/exit.json']) {
      expect(readFileSync(join(phase.phaseDir, file), 'utf8')).not.toContain('top-secret');
    }
  });

  it('finds a phase that has ended again, and does not run it twice', async () => {
    const before = readFileSync(phasePaths(phase.phaseDir).runner, 'utf8');
    await startClients(phase);
    expect(readFileSync(phasePaths(phase.phaseDir).runner, 'utf8')).toBe(before);
  });
});
