import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  clusterEnded,
  endLease,
  heldOnHost,
  isLeaseOver,
  leasedClusters,
  leasedRuns,
  readLease,
  writeLease,
  type Lease,
} from '../../../src/host/tickets/lease.js';
import { clusterDir } from '../../../src/host/layout/paths.js';
import { monotonicUs } from '../../../src/host/os/clock.js';
import { writeJson } from '../../../src/host/os/files.js';
import { temporaryFolder, until } from '../../../testing/processes.js';

const root = temporaryFolder();
const dir = join(root, 'local');
const mine = { cluster: 'local', driver: 'nats', runId: 'run-1', leaseMs: 60_000 };
const lease = (): Lease => readLease(dir) as Lease;

it('the refusal by a lease names the run, and how to go on', () => {
  const held = heldOnHost({ ...mine, bootId: 'b', untilUs: monotonicUs() + 30_000_000 });
  expect(held).toMatchObject({ code: 'CLUSTER_HELD', subject: 'run-1' });
  expect(held.message).toMatch(
    /^cluster local is held on this host by run run-1\. .*robustmq-chaos cancel.*stops the cluster in (29|30) s$/,
  );
});

describe('a lease', () => {
  it('lasts as long as it says, from now on', () => {
    const before = monotonicUs();
    writeLease(dir, mine);
    expect(lease()).toMatchObject(mine);
    expect(lease().untilUs - before).toBeGreaterThanOrEqual(60_000_000);
    expect(isLeaseOver(lease())).toBe(false);
  });

  it('is over when its time has passed', async () => {
    writeLease(dir, { ...mine, leaseMs: 5 });
    await until('it is over', () => isLeaseOver(lease()));
  });

  it('does not outlive a reboot, whatever its time says', () => {
    writeLease(dir, mine);
    expect(isLeaseOver({ ...lease(), bootId: 'another' })).toBe(true);
  });

  it('that has ended is not read', () => {
    writeLease(dir, mine);
    endLease(dir);
    endLease(dir);
    expect(readLease(dir)).toBeUndefined();
  });

  it('says why a cluster is no more', () => {
    writeLease(dir, mine);
    expect(clusterEnded(dir, 'run-1')).toBeNull();
    expect(clusterEnded(dir, 'run-2')).toContain('run-1');
    writeJson(join(dir, 'lease.json'), { ...lease(), bootId: 'another' });
    expect(clusterEnded(dir, 'run-1')).toBe('the host was restarted');
    endLease(dir);
    expect(clusterEnded(dir, 'run-1')).toMatch(/keeper stopped it/);
  });

  it('names the clusters that have to be kept', () => {
    expect(leasedClusters(join(root, 'none'))).toEqual([]);
    mkdirSync(join(root, 'without'), { recursive: true });
    writeLease(dir, mine);
    expect(leasedClusters(root)).toEqual([dir]);
  });

  it('names the runs that a worker or a keeper works with', () => {
    const dataRoot = join(root, 'data');
    expect(leasedRuns(dataRoot)).toEqual([]);
    writeLease(clusterDir(dataRoot, 'local'), mine);
    expect(leasedRuns(dataRoot)).toEqual(['run-1']);
  });
});
