import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { cgroupProblem } from '../os/cgroup-place.js';
import { describeFinding, hostLimits, limitFindings, tooLow } from '../os/limits.js';
import { namespaceProblems } from '../os/namespaces.js';
import { openFilesProblem } from '../os/open-files.js';
import { portBlock } from '../os/ports.js';
import { ownIdentity } from '../os/processes.js';

/** One thing that the machine can or cannot do. `needed`: without it nothing runs; else some fault or injector is missing. */
export interface Ability {
  readonly name: string;
  readonly ok: boolean;
  readonly needed: boolean;
  readonly detail: string;
}

/** Tries netem in a network namespace of its own, which vanishes with the process: nothing on this host changes. */
async function netem(): Promise<Ability> {
  const args = ['-n', 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms'];
  const { failed, stderr, code } = await execa('unshare', args, { reject: false, timeout: 5000 });
  const why =
    code === 'ENOENT' ? 'unshare or tc is not installed (iproute2, util-linux)' : stderr.trim().split('\n')[0];
  const detail = failed ? `not available: ${why}; network faults use Toxiproxy` : 'available';
  return { name: 'netem (delay on a real interface)', ok: !failed, needed: false, detail };
}

/** The keeper is a detached process. Under systemd a unit that is stopped takes all its processes along, and the keeper with them. */
function keeper(): Ability {
  const systemd = existsSync('/run/systemd/system');
  const detail = systemd
    ? 'a detached process; a systemd service that starts runs needs KillMode=process, else its stop ends the keeper, too'
    : 'a detached process; this host does not use systemd';
  return { name: 'keeper', ok: true, needed: false, detail };
}

function namespaces(): Ability {
  const problems = namespaceProblems();
  const detail = problems.length === 0 ? 'yes: cluster.network: namespaces' : problems.join('; ');
  return { name: 'brokers in network namespaces', ok: problems.length === 0, needed: false, detail };
}

/** What the faults of a broker's resources need. */
const resources = (): Ability[] =>
  [
    { name: 'limit of open files of a broker (fd-limit)', problem: openFilesProblem() },
    { name: 'control groups for processor time (cpu-starved)', problem: cgroupProblem('cpu') },
    { name: 'control groups for memory (memory-limit)', problem: cgroupProblem('memory') },
  ].map(({ name, problem }) => ({ name, ok: problem === undefined, needed: false, detail: problem ?? 'yes' }));

/** Why no cluster would get its ports, if so. */
function noPorts(): string | undefined {
  try {
    portBlock(1);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function ports(): Ability {
  const problem = noPorts();
  return {
    name: 'free ports on 127.0.0.1',
    ok: problem === undefined,
    needed: true,
    detail: problem ?? 'enough for a cluster',
  };
}

const limits = (): Ability[] =>
  limitFindings(hostLimits()).map((finding) => {
    const has = finding.has === Infinity ? 'has no bound' : `has ${finding.has}`;
    const detail = tooLow(finding) ? describeFinding(finding) : `needs ${finding.needs}, ${has}`;
    return { name: finding.name, ok: !tooLow(finding), needed: true, detail };
  });

/** What this machine can do; looks only, and changes nothing. */
export async function abilities(): Promise<Ability[]> {
  const identity = ownIdentity() as unknown;
  const root = process.getuid?.() === 0;
  return [
    {
      name: 'processes identified by pid and start time (/proc)',
      ok: identity !== undefined,
      needed: true,
      detail: identity === undefined ? 'no /proc here; Linux is needed' : 'yes',
    },
    ports(),
    ...limits(),
    {
      name: 'root',
      ok: root,
      needed: false,
      detail: root ? 'yes' : 'no: faults on real interfaces are not possible; the embedded cluster does not need root',
    },
    await netem(),
    namespaces(),
    ...resources(),
    keeper(),
    { name: 'interfaces', ok: true, needed: false, detail: Object.keys(networkInterfaces()).join(', ') },
  ];
}
