import { networkInterfaces } from 'node:os';
import { mustRun, runCommand, type RunCommand } from '../os/commands.js';
import type { NetworkInterface, NetworkPath, FaultCluster } from '../drivers/contract.js';
import type { Injection, Injector, Work } from './contract.js';
import { interfacesNamed, interfacesOf } from './interfaces.js';
import { addDelayCommands, deleteCommand, isGoneMessage, OUR_HANDLE, parseQdiscs, rootOf, type Qdisc } from './tc.js';

/** Root qdiscs that a kernel gives an interface by itself, and gives back when ours is deleted. */
const DEFAULT_KINDS = ['noqueue', 'mq', 'pfifo_fast', 'fq_codel', 'pfifo', 'noop'];
/** Never touched, whatever the brokers' ports are: ssh, and Temporal's own. */
const EXCLUDED_PORTS = [22, 7233, 8233, 17_233, 18_233];

/** One interface as a ticket keeps it. */
interface Touched {
  readonly namespace: string | null;
  readonly device: string;
  readonly ports: readonly number[];
  readonly before: readonly Qdisc[];
}

const touchedIn = ({ own }: Injection): readonly Touched[] => own['interfaces'] as readonly Touched[];

const nameOf = ({ namespace, device }: Pick<Touched, 'namespace' | 'device'>): string =>
  namespace === null ? device : `${namespace}/${device}`;

/** Where no broker is behind the interface: says by which ones they are reached, and which ones there are. */
function wrongInterface(target: string, cluster: FaultCluster): string {
  const used = interfacesOf(cluster).map((each) => `${each.address} by ${each.name}`);
  const here = Object.keys(networkInterfaces());
  const exists = here.includes(target) ? '' : `; this host has ${here.join(', ')}`;
  return `the traffic of the brokers does not leave by ${target}, so a delay there would have no effect (${used.join(', ') || 'no interfaces'})${exists}`;
}

type Look = (run: RunCommand) => Promise<string | undefined>;

/** Each thing that can be missing is a finding of its own. Tried in a namespace of its own that vanishes with the process. */
const kernelHas =
  (kind: 'prio' | 'netem', parameters: readonly string[]): Look =>
  async (run) => {
    const args = ['-n', 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', kind, ...parameters];
    const { code, stderr } = await run('unshare', args);
    if (code === 0) return undefined;
    if (code === null) return 'unshare or tc is not installed; install util-linux and iproute2';
    if (/operation not permitted/i.test(stderr)) return 'root is needed (CAP_NET_ADMIN)';
    const said = stderr.trim().split('\n')[0] ?? '';
    return `this kernel has no ${kind} (${said}); install kernel-modules-extra or linux-modules-extra-$(uname -r), then: modprobe sch_${kind}`;
  };

async function qdiscsOf(
  run: RunCommand,
  { namespace, device }: Pick<Touched, 'namespace' | 'device'>,
): Promise<Qdisc[]> {
  return parseQdiscs(await mustRun(run, 'tc', ['-j', 'qdisc', 'show', 'dev', device], namespace));
}

async function interfaceProblem(run: RunCommand, each: NetworkInterface): Promise<string | undefined> {
  const { code, stdout, stderr } = await run('tc', ['-j', 'qdisc', 'show', 'dev', each.device], each.namespace);
  if (code === null) return 'tc is not installed; install iproute2';
  if (code !== 0)
    return `no interface ${nameOf(each)} (${stderr.trim()}); this host has ${Object.keys(networkInterfaces()).join(', ')}`;
  const excluded = each.ports.filter((port) => EXCLUDED_PORTS.includes(port));
  if (excluded.length > 0) return `port ${excluded.join(', ')} of a broker is one that is never touched`;
  const root = rootOf(parseQdiscs(stdout));
  if (root?.handle === OUR_HANDLE)
    return `${nameOf(each)} still has a delay of ours; end it with: robustmq-chaos faults recover`;
  if (root === undefined || DEFAULT_KINDS.includes(root.kind)) return undefined;
  return `the root qdisc of ${nameOf(each)} is ${root.kind} ${root.handle}, which is not ours and is not replaced; remove it with: tc qdisc del dev ${each.device} root`;
}

async function unavailableReason(
  run: RunCommand,
  { effect }: Work,
  cluster: FaultCluster,
): Promise<string | undefined> {
  if (effect.kind !== 'delay') return 'it can delay, but not cut';
  const found = interfacesNamed(effect.target, cluster);
  if (found.length === 0) return wrongInterface(effect.target, cluster);
  for (const each of found) {
    const problem = await interfaceProblem(run, each);
    if (problem !== undefined) return problem;
  }
  return (await kernelHas('prio', [])(run)) ?? (await kernelHas('netem', ['delay', '1ms'])(run));
}

/** How often a packet and its answer pass a delayed interface on their way out: on loopback both do, else those of the delayed nodes. */
const riseFactor =
  (touched: readonly NetworkInterface[]) =>
  (path: NetworkPath): number =>
    touched.some((each) => each.device === 'lo')
      ? 2
      : path.nodes.filter((id) => touched.some((each) => each.node === id)).length;

async function inject(run: RunCommand, injection: Injection): Promise<void> {
  if (injection.effect.kind !== 'delay') return;
  const { delayMs, jitterMs } = injection.effect;
  for (const each of touchedIn(injection)) {
    // An inject that was interrupted left a part of the tree: it is made again, and only over our own.
    await remove(run, each);
    for (const args of addDelayCommands(each.device, each.ports, delayMs, jitterMs)) {
      await mustRun(run, 'tc', args, each.namespace);
    }
  }
}

async function remove(run: RunCommand, each: Touched): Promise<void> {
  const { code, stderr } = await run('tc', deleteCommand(each.device), each.namespace);
  if (code !== 0 && !isGoneMessage(stderr)) throw new Error(`tc qdisc del on ${nameOf(each)}: ${stderr.trim()}`);
}

/** What of ours is on the interfaces now. One that is gone, with its namespace, has nothing on it. */
async function active(run: RunCommand, injection: Injection): Promise<string[]> {
  const found = await Promise.all(
    touchedIn(injection).map(async (each) => {
      const qdiscs = await qdiscsOf(run, each).catch((): Qdisc[] => []);
      return qdiscs.some(({ handle }) => handle === OUR_HANDLE) ? [`${nameOf(each)} ${OUR_HANDLE}`] : [];
    }),
  );
  return found.flat();
}

/** `tc … netem` on the interfaces that the brokers' packets leave by, for their ports alone. `run` is a value so that the commands can be seen. */
export const createNetem = (run: RunCommand): Injector => ({
  name: 'netem',
  about: {
    does: "Delays. It uses `tc` on the real interface through which the brokers' packets leave: a prio tree of its own, with netem in a band that receives only packets of the brokers' ports. All other traffic is not delayed, including ssh and Temporal.",
    needs:
      'Root, iproute2, a kernel with prio and netem, and a root qdisc that is a default of the kernel. Any other root qdisc is never replaced. `target` must be the interface that really leads to the brokers.',
    ends: 'It deletes the tree by its own handle `c405:`, and then checks the interface. tc refuses this handle for a tree that somebody else made. The tree is in the kernel: a reboot removes it, the death of a process does not.',
  },
  outlivesCluster: true,
  unavailableReason: (work, cluster) => unavailableReason(run, work, cluster),
  plan: async ({ effect }, cluster) => {
    const found = effect.kind === 'delay' ? interfacesNamed(effect.target, cluster) : [];
    const interfaces = await Promise.all(
      found.map(async ({ namespace, device, ports }): Promise<Touched> => {
        const each = { namespace, device, ports };
        return { ...each, before: await qdiscsOf(run, each) };
      }),
    );
    const lo = found.some((each) => each.device === 'lo') ? '; on loopback a round trip rises by twice the delay' : '';
    const touches = interfaces.map((each) => `${nameOf(each)} ports ${each.ports.join(', ')}`).join('; ');
    return { own: { interfaces }, touches: `egress of ${touches}${lo}`, riseFactor: riseFactor(found) };
  },
  inject: (injection) => inject(run, injection),
  active: (injection) => active(run, injection),
  isWhole: async (injection) => (await active(run, injection)).length === touchedIn(injection).length,
  clear: async (injection) => {
    for (const each of touchedIn(injection)) await remove(run, each);
  },
});

export const netem = createNetem(runCommand);
