import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { phasePaths } from '../../../src/host/layout/phase-paths.js';
import { monotonicUs } from '../../../src/host/os/clock.js';
import { findOwned } from '../../../src/host/os/processes.js';
import {
  clusterDir,
  collectClients,
  killClients,
  request,
  startClients,
  stopClients,
} from '../../../testing/phase-clients.js';
import { until } from '../../../testing/processes.js';

describe('a phase', () => {
  it('is killed with all its clients, and with those of no other phase', async () => {
    const [one, other] = [request('fault-1', ['patient']), request('fault-10', ['patient'])];
    await Promise.all([startClients(one), startClients(other)]);
    expect(await killClients(clusterDir, 'fault-1')).toBeGreaterThanOrEqual(2);
    expect(findOwned((owner) => owner.includes('fault-10')).length).toBeGreaterThanOrEqual(2);
    const [outcome] = await collectClients(one.phaseDir, ['patient']);
    expect(outcome).toMatchObject({ end: { kind: 'runner_died' }, result: null });
    await killClients(clusterDir, 'fault-10');
  });

  it('that is asked twice to stop drains all the same, and has stopped when it was asked first', async () => {
    const one = request('twice', ['draining'], { phase: 'fault' });
    await startClients(one);
    const before = monotonicUs();
    const stoppedUs = stopClients(one.phaseDir);
    await until('the client was told', () => existsSync(join(phasePaths(one.phaseDir).client('draining').dir, 'told')));
    expect(stoppedUs).toBeGreaterThanOrEqual(before);
    expect(stopClients(one.phaseDir)).toBe(stoppedUs);
    const [outcome] = await collectClients(one.phaseDir, ['draining']);
    expect(outcome).toMatchObject({ end: { kind: 'exited', code: 0 }, lineProblem: null });
    expect(stopClients(one.phaseDir)).toBe(stoppedUs);
  });

  it('that never was is neither stopped nor killed', async () => {
    const { phaseDir } = request('never', []);
    stopClients(phaseDir);
    expect(await killClients(clusterDir, 'never')).toBe(0);
  });
});
