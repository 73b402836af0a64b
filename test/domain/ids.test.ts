import { describe, expect, it } from 'vitest';
import {
  chaosRunWorkflowId,
  clusterOfSchedule,
  clusterWorkflowId,
  hostQueue,
  runIdOf,
  scenarioWorkflowId,
  scheduleIdOf,
} from '../../src/domain/ids.js';

describe('ids', () => {
  it('name a run by cluster, start and suffix', () => {
    const id = chaosRunWorkflowId('local', new Date('2026-11-22T20:15:04.123Z'), 'a1b2');
    expect(id).toBe('chaos-run-local-20261122T201504Z-a1b2');
    expect(runIdOf(id)).toBe(id);
    expect(scenarioWorkflowId(id, 'leader-transfer')).toBe(`${id}/leader-transfer`);
  });

  it('name queue and record of a cluster', () => {
    expect(hostQueue('lab-1')).toBe('host-lab-1');
    expect(clusterWorkflowId('local')).toBe('cluster-local');
  });

  it('name the cluster of a schedule', () => {
    expect(clusterOfSchedule(scheduleIdOf('lab-1'))).toBe('lab-1');
    expect(clusterOfSchedule('somebody-else')).toBeUndefined();
  });

  it('make a folder name of what a schedule appends to a workflow id', () => {
    expect(runIdOf('chaos-run-local-2026-11-22T20:00:00Z')).toBe('chaos-run-local-2026-11-22T20-00-00Z');
    expect(runIdOf('../x y/ü')).toMatch(/^[A-Za-z0-9._-]+$/);
  });
});
