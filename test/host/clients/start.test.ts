import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PhaseRunner } from '../../../src/host/clients/phase.js';
import { phasePaths } from '../../../src/host/layout/phase-paths.js';
import { readJson } from '../../../src/host/os/files.js';
import { signalProcess, waitGone } from '../../../src/host/os/processes.js';
import {
  clusterDir,
  collectClients,
  killClients,
  request,
  startClients,
  stopClients,
} from '../../../testing/phase-clients.js';

describe('a phase that runs', () => {
  const watcherOf = (phaseDir: string): PhaseRunner =>
    readJson<PhaseRunner>(phasePaths(phaseDir).runner) as PhaseRunner;

  it('is found again, and ends when it is asked to stop', async () => {
    const phase = request('stopped', ['patient']);
    await startClients(phase);
    const watcher = watcherOf(phase.phaseDir);
    expect(await startClients(phase)).toEqual({ patient: { publisher: 'h:1', subscriber: 'h:2' } });
    expect(watcherOf(phase.phaseDir)).toEqual(watcher);
    stopClients(phase.phaseDir);
    const [outcome] = await collectClients(phase.phaseDir, ['patient']);
    expect(outcome).toMatchObject({ end: { kind: 'exited', code: 0 }, result: { sent: 3 } });
  });

  it('publishes when its topics are made: once, and after its clients have subscribed', async () => {
    const made: { topics: readonly string[]; subscribed: boolean }[] = [];
    const prepareTopics = (topics: readonly string[]): Promise<void> => {
      made.push({ topics, subscribed: existsSync(phasePaths(phase.phaseDir).client('held').ready) });
      return Promise.resolve();
    };
    const phase = request('held', ['held'], { prepareTopics });
    await startClients(phase);
    const [outcome] = await collectClients(phase.phaseDir, ['held']);
    expect(outcome).toMatchObject({ end: { kind: 'exited', code: 0 }, result: { sent: 3 } });
    await startClients(phase);
    expect(made).toEqual([{ topics: ['chaos/r1/held/held-1'], subscribed: true }]);
  });

  it('does not publish where its topics cannot be made', async () => {
    const phase = request('unmade', ['held'], { prepareTopics: () => Promise.reject(new Error('no topics')) });
    await expect(startClients(phase)).rejects.toThrow('no topics');
    expect(await killClients(clusterDir, 'unmade')).toBeGreaterThanOrEqual(2);
  });

  it.each([
    { repeatable: true, label: 'validation', attempt: 2 },
    { repeatable: false, label: 'fault', attempt: 1 },
  ])(
    'is begun anew when its watcher has died, if it is repeatable: $repeatable',
    async ({ repeatable, label, attempt }) => {
      const phase = request(label, ['patient'], { repeatable });
      await startClients(phase);
      const watcher = watcherOf(phase.phaseDir).process;
      expect(signalProcess(watcher, 'SIGKILL')).toBe(true);
      expect(await waitGone(watcher, 5000)).toBe(true);
      await startClients(phase);
      expect(watcherOf(phase.phaseDir).attempt).toBe(attempt);
      stopClients(phase.phaseDir);
      const [outcome] = await collectClients(phase.phaseDir, ['patient']);
      expect(outcome?.end.kind).toBe(repeatable ? 'exited' : 'runner_died');
      await killClients(clusterDir, label);
      expect(existsSync(phase.phaseDir)).toBe(true);
    },
  );
});
