import type { GuaranteeName } from '../../src/domain/guarantees/guarantee.js';
import type { Harm } from './harm.js';

/** A violation that was found, and where. */
export interface Found {
  readonly broker: string;
  readonly fault: Harm;
  readonly workload: string;
  readonly sdk: string;
  readonly guarantee: GuaranteeName;
  readonly text: string;
}

/** A violation that is the broker's own: which, at what, and where it was shown without this program. */
interface KnownFinding extends Pick<Found, 'broker' | 'guarantee'> {
  /** Absent: at each of them. */
  readonly faults?: readonly Harm[];
  readonly workloads: readonly string[];
  /** What its text says. */
  readonly says: RegExp;
  readonly finding: string;
}

/** Nothing else may be violated by a broker that is well. */
const KNOWN: readonly KnownFinding[] = [
  {
    ...{ broker: 'nats', guarantee: 'order', workloads: ['sessions', 'failover'] },
    says: /was first sent after \d+ had been acknowledged, and \S+ received it first$/,
    finding: 'docs/nats/findings.md, 1: who leaves and comes back may get a message after its successors',
  },
  {
    ...{ broker: 'nats', guarantee: 'order', workloads: ['qos-mix'] },
    faults: ['step-down'],
    says: /was first sent after \d+ had been acknowledged, and \S+ received it first$/,
    finding: 'docs/nats/findings.md, 5: a message that is on its way when leaders step down comes after its successors',
  },
  {
    ...{ broker: 'nats', guarantee: 'will', workloads: ['wills'] },
    // Of the clients that die by plan, the first connection of a takeover alone is ended by the other side.
    says: /\(connection \d+: peer\) never came/,
    finding: 'docs/nats/findings.md, 2: the will of a client whose id is taken over is not published',
  },
  {
    ...{ broker: 'nats', guarantee: 'exactly-once', workloads: ['qos-mix', 'failover', 'sessions'] },
    faults: ['SIGKILL', 'step-down'],
    says: /was completed \(PUBCOMP\), and \S+, whose session was kept, never received it$/,
    finding:
      'docs/nats/findings.md, 3: completed QoS 2 messages are lost when the leader of $MQTT_msgs is killed, or steps down',
  },
  {
    // The same messages, as the one who subscribed misses them.
    ...{ broker: 'nats', guarantee: 'reach', workloads: ['qos-mix'] },
    faults: ['SIGKILL', 'step-down'],
    says: /never received .+ on \S+\/q2$/,
    finding:
      'docs/nats/findings.md, 3: completed QoS 2 messages are lost when the leader of $MQTT_msgs is killed, or steps down',
  },
  {
    ...{ broker: 'nats', guarantee: 'retained', workloads: ['retained'] },
    faults: ['SIGKILL', 'SIGTERM'],
    says: /was shown \d+ on \S+, although .+ had been acknowledged before$/,
    finding: 'docs/nats/findings.md, 4: after the death of a leader a node shows an old retained value for seconds',
  },
  {
    ...{ broker: 'nats', guarantee: 'will', workloads: ['wills'] },
    faults: ['SIGKILL'],
    says: /\(connection \d+: own-(cut|mute)\) never came/,
    finding: 'by hand: a will of QoS 1 is lost while $MQTT_msgs has no leader',
  },
  {
    ...{ broker: 'mosquitto', guarantee: 'at-least-once', workloads: ['qos-mix', 'sessions', 'failover'] },
    faults: ['SIGKILL'],
    says: /was acknowledged and never received$/,
    finding: 'declared by its driver: a killed broker may lose what came since it saved last, which it does every 2 s',
  },
  {
    ...{ broker: 'mosquitto', guarantee: 'shared', workloads: ['shared'] },
    faults: ['SIGKILL', 'SIGTERM'],
    says: /was acknowledged, and no member of \S+ ever received it$/,
    finding:
      'by hand: Mosquitto 2.0.11 that was started again says that a session is present, without its shared subscription',
  },
];

/** The finding that a violation is of; undefined: none, so that it may be this program's own mistake. */
export const findingOf = (found: Found): string | undefined =>
  KNOWN.find(
    ({ broker, guarantee, faults, workloads, says }) =>
      broker === found.broker &&
      guarantee === found.guarantee &&
      (faults?.includes(found.fault) ?? true) &&
      workloads.includes(found.workload) &&
      says.test(found.text),
  )?.finding;
