import { describe, expect, it } from 'vitest';
import { findOwned } from '../../../src/host/os/processes.js';
import {
  clusterDir,
  collectClients,
  killClients,
  request,
  startClients,
  stopClients,
} from '../../../testing/phase-clients.js';

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

  it('that never was is neither stopped nor killed', async () => {
    const { phaseDir } = request('never', []);
    stopClients(phaseDir);
    expect(await killClients(clusterDir, 'never')).toBe(0);
  });
});
