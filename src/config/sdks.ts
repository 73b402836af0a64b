import type { MqttVersion } from '../domain/mqtt.js';
import type { Problem } from './problems.js';

/** An SDK whose client comes with the program. */
interface Sdk {
  readonly name: string;
  readonly mqttVersions: readonly MqttVersion[];
  /** Scripts of its folder, without `.sh`. */
  readonly workloads: readonly string[];
  /** False: only where a config names it. */
  readonly inEveryRound: boolean;
}

const BOTH = ['3.1.1', '5'] as const;

/** The workload of every client, and of a scenario that names none. */
export const BASIC = 'basic-pubsub';
/** Those of every client that has more than one. */
const ALL = [BASIC, 'qos-mix', 'sessions', 'retained', 'wills'];

export const SDKS: readonly Sdk[] = [
  {
    name: 'python',
    mqttVersions: BOTH,
    workloads: [...ALL, 'failover', 'shared'],
    inEveryRound: true,
  },
  {
    name: 'go',
    mqttVersions: BOTH,
    workloads: [...ALL, 'failover', 'shared', 'crowd'],
    inEveryRound: true,
  },
  {
    name: 'rust',
    mqttVersions: BOTH,
    workloads: [...ALL, 'failover', 'shared', 'crowd'],
    inEveryRound: true,
  },
  { name: 'java', mqttVersions: BOTH, workloads: [...ALL, 'failover', 'shared'], inEveryRound: true },
  { name: 'java-paho', mqttVersions: ['5'], workloads: [...ALL, 'failover', 'shared'], inEveryRound: false },
];

const namesOf = (sdks: readonly Sdk[]): string[] => sdks.map(({ name }) => name);

export const SDK_NAMES: readonly string[] = namesOf(SDKS);

/** Those of a config that names none. */
export const DEFAULT_SDKS: readonly string[] = namesOf(SDKS.filter(({ inEveryRound }) => inEveryRound));

/** What clients have to speak to take part: the driver's name, and its version of MQTT. */
interface Spoken {
  readonly name: string;
  readonly mqttVersion: MqttVersion;
}

/** What is wrong with the SDKs of a config that has no clients of its own: names that are not there, and clients that do not speak to its brokers. */
export function sdkProblems(named: readonly string[], driver: Spoken | undefined): Problem[] {
  return named.flatMap((name, i): Problem[] => {
    const say = (text: string): Problem[] => [{ path: ['sdks', i], text: `sdks.${i}: ${text}` }];
    const sdk = SDKS.find((one) => one.name === name);
    if (sdk === undefined)
      return say(`expected one of ${SDK_NAMES.join(', ')}, got ${name}; clients of your own need sdk_clients.folder`);
    if (driver === undefined || sdk.mqttVersions.includes(driver.mqttVersion)) return [];
    return say(
      `expected SDKs that speak MQTT ${driver.mqttVersion}, as driver ${driver.name} needs; ${name} speaks only MQTT ${sdk.mqttVersions.join(', ')}: leave it out`,
    );
  });
}

/** Of these SDKs, those whose client has the workload; of clients of a config's own nobody knows. */
export const sdksWith = (workload: string, sdks: readonly string[]): string[] =>
  sdks.filter((name) => SDKS.find((sdk) => sdk.name === name)?.workloads.includes(workload) ?? false);

/** Every workload of the clients that come with the program. */
export const WORKLOADS: readonly string[] = [...new Set(SDKS.flatMap(({ workloads }) => workloads))];
