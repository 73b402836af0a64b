import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/domain/scenario.js';
import { brokerRestart as fault } from '../../../src/host/faults/broker-restart.js';
import { errorOf, killOf } from '../../../testing/host-cluster.js';
import { group, memoryCluster } from '../../../testing/memory-cluster.js';
import { ticketIn } from '../../../testing/tickets.js';

const scenario = (params: Scenario['params'], target?: string): Scenario => ({
  ...killOf('follower', target),
  fault: fault.kind,
  params,
});
const memory = () => memoryCluster({ leaders: [group('meta', 'n2', 1)] });

describe('the restart of brokers', () => {
  it('is of one follower, by SIGTERM and for five seconds, unless the config says otherwise', async () => {
    const plan = await fault.plan(scenario({}), memory().cluster);
    expect(plan).toMatchObject({ injector: 'sigterm', targets: [expect.stringMatching(/n[13]/)] });
    expect(plan.before['restart']).toMatchObject({ batches: [plan.targets], signal: 'SIGTERM', downMs: 5000 });
    const asked = await fault.plan(scenario({ victim: 'leader', stop_signal: 'SIGINT' }), memory().cluster);
    expect(asked).toMatchObject({ injector: 'sigint', targets: ['n2'], before: { restart: { signal: 'SIGINT' } } });
  });

  it('is of every broker in turn, the leader last, where it is rolling', async () => {
    const { cluster, placed } = memory();
    const rolling = scenario({ rolling: true, down_seconds: 0 });
    await fault.prepare?.(rolling, cluster);
    expect(placed).toEqual([]);
    const plan = await fault.plan(rolling, cluster);
    expect(plan).toMatchObject({ targets: ['n1', 'n3', 'n2'], before: { restart: { downMs: 0 } } });
    expect(plan.before['restart']).toMatchObject({ batches: [['n1'], ['n3'], ['n2']] });
    await fault.prepare?.(scenario({}), cluster);
    expect(placed).toHaveLength(1);
  });

  it('in turn is not of one that is named', async () => {
    expect(await errorOf(fault.plan(scenario({ rolling: true }, 'n1'), memory().cluster))).toMatch(
      /^INJECT_FAILED expected the whole cluster .* got n1/,
    );
  });

  it.each([
    [{ rolling: true, victim: 'leader' }, 'victim', /expected no victim beside rolling/],
    [{ stop_signal: 'SIGKILL' }, 'stop_signal', /SIGTERM/],
    [{ down_seconds: 301 }, 'down_seconds', /300/],
    [{ down_seconds: -1 }, 'down_seconds', /0/],
    [{ victim: 'all' }, 'victim', /follower/],
  ])('is refused with %o', (params, path, message) => {
    const issues = fault.params.safeParse(params).error?.issues ?? [];
    expect(issues).toMatchObject([{ path: [path], message: expect.stringMatching(message) as string }]);
  });

  it('means the brokers to be dead that were asked and are not started yet, and no other', () => {
    const step = { process: { pid: 1, startTicks: 1, bootId: '' }, at: '', us: 0 };
    const targets = ['n1', 'n2', 'n3'];
    const steps = [
      { ...step, node: 'n1', what: 'asked' },
      { ...step, node: 'n1', what: 'started' },
      { ...step, node: 'n2', what: 'asked' },
      { ...step, node: 'n2', what: 'ended' },
    ] as const;
    expect(fault.intendedDown?.(ticketIn('/data', { targets, steps }))).toEqual(['n2']);
  });
});
