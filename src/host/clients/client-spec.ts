import { phasePaths } from '../layout/phase-paths.js';
import { type ClientSpec, type PhaseRequest } from './phase.js';
import { scriptOf } from './script.js';

/** A client ends itself this long before it is ended, or a quarter of its time if that is less. */
const OWN_LIMIT_MARGIN_MS = 10_000;

/** Spreads the clients: the i-th publishes at the i-th node and subscribes at the next one. */
function rotated(endpoints: readonly string[], by: number): string[] {
  const at = by % endpoints.length;
  return [...endpoints.slice(at), ...endpoints.slice(0, at)];
}

/** The client of one SDK; the `index`-th of its phase. */
interface Place {
  readonly sdk: string;
  readonly index: number;
  readonly topic: string;
}

/** What one client is started with: the variables of `CONTRACT.md`. The `attempt` makes its ids and topic new. */
export function clientSpec(request: PhaseRequest, { sdk, index, topic }: Place, attempt: number): ClientSpec {
  const { settings, load, limitMs } = request;
  const endpoints = rotated(settings.endpoints, index);
  const unique = `${request.runId}-${request.label}-${sdk}${attempt > 1 ? `-${attempt}` : ''}`;
  const env = {
    CLUSTER_ENDPOINT: endpoints[0] as string,
    CLUSTER_ENDPOINTS: endpoints.join(','),
    MQTT_USERNAME: settings.username,
    MQTT_PASSWORD: settings.password,
    MQTT_VERSION: request.mqttVersion,
    SUBSCRIBER_SESSION: load.subscriberSession ?? 'persistent',
    RUN_ID: request.runId,
    PHASE: request.label,
    CLIENT_ID: unique,
    TOPIC: topic,
    MESSAGE_COUNT: String(load.messages),
    MESSAGE_RATE: String(load.ratePerSecond),
    PAYLOAD_BYTES: String(load.payloadBytes),
    ...(load.connections === undefined ? {} : { CONNECTIONS: String(load.connections) }),
    ACK_WAIT_MS: String(settings.ackWaitMs),
    TIME_LIMIT_MS: String(Math.ceil(limitMs - Math.min(OWN_LIMIT_MARGIN_MS, limitMs / 4))),
    LEDGER_PATH: phasePaths(request.phaseDir).client(sdk).ledger,
    ...(request.prepareTopics === undefined ? {} : { START_FILE: phasePaths(request.phaseDir).start }),
  };
  return { sdk, script: scriptOf(request.sdkRoot, sdk, request.workload), env, limitMs };
}
