import { beforeEach, describe, expect, it, vi } from 'vitest';
import { natsDriver } from '../../../src/host/drivers/nats/index.js';
import { notBack } from '../../../src/host/drivers/equipment.js';
import { recoverTicket } from '../../../src/host/lifecycle/recover.js';
import { fakeFault, newPlace, place, planned, ticketOf } from '../../../testing/fake-fault.js';
import { errorOf } from '../../../testing/host-cluster.js';
import { memoryCluster } from '../../../testing/memory-cluster.js';

/** Share of the time by which a timer of ours was late during the recovery. */
const host = vi.hoisted(() => ({ latePercent: 0, ended: 0 }));
vi.mock('../../../src/host/os/host-cpu.js', () => ({
  watchHost: () => ({
    soFar: () => ({ busyPercent: 100, clusterPercent: 5, clientsPercent: 0, latePercent: host.latePercent }),
    end: () => (host.ended += 1),
  }),
}));

beforeEach(() => {
  newPlace();
  Object.assign(host, { latePercent: 0, ended: 0 });
  vi.restoreAllMocks();
  vi.spyOn(natsDriver, 'status').mockResolvedValue('running');
  vi.spyOn(natsDriver, 'equipmentProblem').mockResolvedValue(undefined);
  vi.spyOn(natsDriver, 'startNode').mockResolvedValue(undefined);
  vi.spyOn(natsDriver, 'nodes').mockResolvedValue(memoryCluster().nodes);
});

const dead = (id: string) => memoryCluster().nodes.map((node) => ({ ...node, alive: node.id !== id }));

/** The error of a broker that a fault has hit, and that is not back in time. */
async function recovery(died: (ticketId: string) => void = () => undefined): Promise<string> {
  const { fault } = fakeFault({
    intendedDown: (ticket) => ticket.targets,
    recover: async ({ faultId }, cluster) => {
      died(faultId);
      throw await notBack(cluster, 'n1 lags');
    },
  });
  const { faultId } = await planned(fault);
  return errorOf(recoverTicket({ faults: [fault], clusterDir: place.dir, faultId }, 'workflow', 1000));
}

describe('a broker that is not back in time', () => {
  it('is blamed on a host that had room, also where other programs were busy', async () => {
    host.latePercent = 30;
    expect(await recovery()).toBe('BROKER_NOT_BACK n1 lags');
    expect(host.ended).toBe(1);
  });

  it('is not blamed where this program could not look for most of the time', async () => {
    host.latePercent = 70;
    expect(await recovery()).toMatch(
      /^EQUIPMENT_FAILED n1 lags; this is not blamed on the broker: this host was too busy to tell: .*late for 70 %/,
    );
  });

  it('is blamed on any host where it is not running', async () => {
    host.latePercent = 70;
    vi.spyOn(natsDriver, 'nodes').mockResolvedValue(dead('n1'));
    expect(await recovery()).toBe('BROKER_NOT_BACK n1 lags');
  });

  it('is blamed on any host where another one died by itself, though that one runs again', async () => {
    host.latePercent = 70;
    vi.spyOn(natsDriver, 'nodes').mockResolvedValueOnce(dead('n2'));
    let died: readonly string[] = [];
    expect(await recovery((faultId) => (died = ticketOf(faultId).died))).toBe('BROKER_NOT_BACK n1 lags');
    expect(died).toEqual(['n2']);
  });
});
