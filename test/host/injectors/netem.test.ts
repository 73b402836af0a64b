import { describe, expect, it } from 'vitest';
import { runCommand, type CommandResult, type RunCommand } from '../../../src/host/os/commands.js';
import type { ClusterNetwork, NetworkInterface, FaultCluster } from '../../../src/host/drivers/contract.js';
import { natsDriver } from '../../../src/host/drivers/nats/index.js';
import type { Injection, Work } from '../../../src/host/injectors/contract.js';
import { createNetem, netem } from '../../../src/host/injectors/netem.js';

const ok = (stdout = ''): CommandResult => ({ code: 0, stdout, stderr: '' });
const refused = (stderr: string, code: number | null = 2): CommandResult => ({ code, stdout: '', stderr });
const root = (kind: string, handle: string): CommandResult => ok(JSON.stringify([{ kind, handle, root: true }]));

const NOQUEUE = root('noqueue', '0:');

/** A machine of which every command is seen, and answered by the first rule that fits. */
function machine(rules: readonly (readonly [RegExp, CommandResult])[]): { run: RunCommand; asked: string[] } {
  const asked: string[] = [];
  const run: RunCommand = (command, args, namespace) => {
    const line = `${namespace == null ? '' : `[${namespace}] `}${[command, ...args].join(' ')}`;
    asked.push(line);
    return Promise.resolve(rules.find(([pattern]) => pattern.test(line))?.[1] ?? ok());
  };
  return { run, asked };
}

const node = (id: string, namespace: string): NetworkInterface => ({
  name: `${id}.eth0`,
  node: id,
  namespace,
  device: 'eth0',
  address: `10.201.0.1${id.slice(1)}`,
  ports: [1883, 6222],
});
const LO: NetworkInterface = {
  name: 'lo',
  node: null,
  namespace: null,
  device: 'lo',
  address: '127.0.0.1',
  ports: [1883],
};
const SPACES = [node('n1', 'rqc-n1'), node('n2', 'rqc-n2'), node('n3', 'rqc-n3')];

function on(interfaces: readonly NetworkInterface[]): FaultCluster {
  const network: ClusterNetwork = { proxies: null, interfaces: () => interfaces, paths: () => Promise.resolve([]) };
  return { dir: '/nowhere', driver: { ...natsDriver, network: () => network } };
}

const delay = (target: string): Work => ({
  effect: { kind: 'delay', delayMs: 100, jitterMs: 10, target },
  params: {},
});
const path = (...nodes: string[]) => ({
  name: nodes.join('-'),
  kind: nodes.length === 1 ? ('client' as const) : ('route' as const),
  nodes,
  measureRoundTripMs: () => Promise.resolve(0),
});

describe('netem refuses, each with its own words and the remedy', () => {
  const has: [RegExp, CommandResult] = [/qdisc show/, NOQUEUE];
  it.each<[string, string, readonly NetworkInterface[], readonly (readonly [RegExp, CommandResult])[], RegExp]>([
    [
      'an interface that no broker’s traffic leaves by',
      'eth0',
      [LO],
      [],
      /does not leave by eth0, .*127\.0\.0\.1 by lo/,
    ],
    ['one that does not exist at all, with those that do', 'eth9', [LO], [], /eth9.*this host has lo/],
    [
      'an interface that has gone',
      'lo',
      [LO],
      [[/show/, refused('Cannot find device "lo"', 1)]],
      /no interface lo .*this host has/,
    ],
    [
      'a machine without tc',
      'lo',
      [LO],
      [[/show/, refused('tc: ENOENT', null)]],
      /tc is not installed; install iproute2/,
    ],
    [
      'a root qdisc of somebody else',
      'lo',
      [LO],
      [[/show/, root('htb', '8001:')]],
      /root qdisc of lo is htb 8001:, which is not ours and is not replaced/,
    ],
    [
      'a delay of ours that is still there',
      'lo',
      [LO],
      [[/show/, root('prio', 'c405:')]],
      /lo still has a delay of ours; .*faults recover/,
    ],
    [
      'somebody who is not root',
      'lo',
      [LO],
      [has, [/unshare/, refused('unshare failed: Operation not permitted', 1)]],
      /root is needed \(CAP_NET_ADMIN\)/,
    ],
    [
      'a kernel without prio',
      'lo',
      [LO],
      [has, [/prio/, refused('Error: Specified qdisc kind is unknown.')]],
      /no prio \(Error: Specified qdisc kind is unknown\.\); .*modprobe sch_prio/,
    ],
    [
      'a kernel without netem',
      'lo',
      [LO],
      [has, [/netem/, refused('Error: Specified qdisc not found.')]],
      /no netem .*linux-modules-extra.*modprobe sch_netem/,
    ],
    [
      'a broker on the port of ssh',
      'lo',
      [{ ...LO, ports: [22] }],
      [has],
      /port 22 of a broker is one that is never touched/,
    ],
  ])('%s', async (_what, target, interfaces, rules, message) => {
    expect(await createNetem(machine(rules).run).unavailableReason(delay(target), on(interfaces))).toMatch(message);
  });

  it('a cut, which it cannot do', async () => {
    const work: Work = { effect: { kind: 'partition', node: 'n1' }, params: {} };
    expect(await netem.unavailableReason(work, on(SPACES))).toBe('it can delay, but not cut');
  });

  it('nothing where all is there, and touches nothing to find that out', async () => {
    const { run, asked } = machine([has]);
    expect(await createNetem(run).unavailableReason(delay('eth0'), on(SPACES))).toBeUndefined();
    expect(asked.filter((line) => !/qdisc show dev|^unshare -n tc/.test(line))).toEqual([]);
  });
});

describe('netem', () => {
  const planned = async (work: Work, interfaces: readonly NetworkInterface[], run: RunCommand): Promise<Injection> => {
    const { own } = await createNetem(run).plan(work, on(interfaces));
    // As a ticket on disk gives it back.
    return { ...work, faultId: 'delay-1', own: JSON.parse(JSON.stringify(own)) as Injection['own'] };
  };

  it('builds a tree of its own on the interface, with the delay in a band that only the brokers’ ports are sent to', async () => {
    const { run, asked } = machine([[/qdisc show/, NOQUEUE]]);
    const injection = await planned(delay('n2.eth0'), SPACES, run);
    asked.length = 0;
    await createNetem(run).inject(injection, on(SPACES));
    const filter = (match: string): string =>
      `[rqc-n2] tc filter add dev eth0 parent c405: protocol ip prio 1 u32 match ip protocol 6 0xff match ip ${match} 0xffff flowid c405:4`;
    expect(asked).toEqual([
      '[rqc-n2] tc qdisc del dev eth0 root handle c405:',
      `[rqc-n2] tc qdisc add dev eth0 root handle c405: prio bands 4 priomap ${'0 '.repeat(16).trim()}`,
      '[rqc-n2] tc qdisc add dev eth0 parent c405:4 handle c406: netem delay 100ms 10ms limit 100000',
      ...['sport 1883', 'dport 1883', 'sport 6222', 'dport 6222'].map(filter),
    ]);
  });

  it('stops at the first thing that is refused, and says which', async () => {
    const { run } = machine([
      [/qdisc show/, NOQUEUE],
      [/qdisc add .* root/, refused('Error: Exclusivity flag on, cannot modify.')],
    ]);
    const injection = await planned(delay('lo'), [LO], run);
    await expect(createNetem(run).inject(injection, on([LO]))).rejects.toThrow(
      /tc qdisc add dev lo root .*Exclusivity flag on/,
    );
  });

  it.each([
    'Error: Invalid handle.',
    'Error: Cannot delete qdisc with handle of zero.',
    'RTNETLINK answers: No such file or directory',
    'Cannot find device "eth0"',
  ])('is taken away by its own handle, and "%s" means that it is gone already', async (said) => {
    const { run, asked } = machine([
      [/qdisc show/, NOQUEUE],
      [/qdisc del/, refused(said)],
    ]);
    const injection = await planned(delay('eth0'), SPACES, run);
    asked.length = 0;
    await createNetem(run).clear(injection, on(SPACES));
    expect(asked).toEqual(
      ['rqc-n1', 'rqc-n2', 'rqc-n3'].map((ns) => `[${ns}] tc qdisc del dev eth0 root handle c405:`),
    );
  });

  it('that cannot be taken away is an error', async () => {
    const { run } = machine([
      [/qdisc show/, NOQUEUE],
      [/qdisc del/, refused('RTNETLINK answers: Operation not permitted')],
    ]);
    const injection = await planned(delay('lo'), [LO], run);
    await expect(createNetem(run).clear(injection, on([LO]))).rejects.toThrow(/tc qdisc del on lo: .*not permitted/);
  });

  it('is in force where its handle is, and whole where it is on every interface', async () => {
    const injection = await planned(delay('eth0'), SPACES, machine([[/show/, NOQUEUE]]).run);
    const half = machine([
      [/n1.*show/, root('prio', 'c405:')],
      [/show/, root('fq_codel', '0:')],
    ]);
    expect(await createNetem(half.run).active(injection, on(SPACES))).toEqual(['rqc-n1/eth0 c405:']);
    expect(await createNetem(half.run).isWhole(injection, on(SPACES))).toBe(false);
    const all = machine([[/show/, root('prio', 'c405:')]]);
    expect(await createNetem(all.run).isWhole(injection, on(SPACES))).toBe(true);
    const gone = machine([[/show/, refused('Cannot find device', 1)]]);
    expect(await createNetem(gone.run).active(injection, on(SPACES))).toEqual([]);
  });

  it('raises a round trip by the delay for each delayed interface on its way, on loopback by twice the delay, and says so', async () => {
    const { run } = machine([[/show/, NOQUEUE]]);
    const factors = async (target: string, interfaces: readonly NetworkInterface[]): Promise<number[]> => {
      const { riseFactor } = await createNetem(run).plan(delay(target), on(interfaces));
      return [path('n1'), path('n2'), path('n1', 'n2'), path('n2', 'n3')].map(riseFactor);
    };
    expect(await factors('eth0', SPACES)).toEqual([1, 1, 2, 2]);
    expect(await factors('n1.eth0', SPACES)).toEqual([1, 0, 1, 0]);
    expect(await factors('lo', [LO])).toEqual([2, 2, 2, 2]);
    expect((await createNetem(run).plan(delay('lo'), on([LO]))).touches).toContain(
      'on loopback a round trip rises by twice the delay',
    );
  });
});

describe('netem on this very machine', () => {
  it('is asked of the kernel in a namespace that vanishes: it can do it, or says what is missing', async () => {
    const before = await runCommand('tc', ['qdisc', 'show']);
    const answer = await netem.unavailableReason(delay('lo'), on([LO]));
    expect(answer ?? 'it can').toMatch(/^it can$|no netem|no prio|root is needed|not installed/);
    expect(await runCommand('tc', ['qdisc', 'show'])).toEqual(before);
  });
});
