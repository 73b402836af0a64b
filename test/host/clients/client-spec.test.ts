import { describe, expect, it } from 'vitest';
import { clientSpec } from '../../../src/host/clients/client-spec.js';
import type { PhaseRequest } from '../../../src/host/clients/phase.js';

const request: PhaseRequest = {
  phaseDir: '/run/control',
  clusterDir: '/clusters/local',
  phase: 'control',
  label: 'kill-fault',
  runId: 'r1',
  sdks: ['go', 'rust'],
  sdkRoot: '/sdk_clients',
  workload: 'basic-pubsub',
  load: { messages: 30, ratePerSecond: 10, payloadBytes: 64 },
  limitMs: 20_000,
  settings: { endpoints: ['h:1', 'h:2', 'h:3'], username: 'u', password: 'p', ackWaitMs: 7 },
  mqttVersion: '5',
  repeatable: true,
};

const envOf = (change: Partial<PhaseRequest> = {}, index = 0, attempt = 1) =>
  clientSpec({ ...request, ...change }, { sdk: 'go', index, topic: 't/go' }, attempt).env;

describe('a client', () => {
  it('is its SDK’s script of the workload, with what it is to do', () => {
    const spec = clientSpec(request, { sdk: 'go', index: 0, topic: 't/go' }, 1);
    expect(spec).toMatchObject({ sdk: 'go', script: '/sdk_clients/go/basic-pubsub.sh', limitMs: 20_000 });
    expect(spec.env).toMatchObject({ TOPIC: 't/go', MESSAGE_COUNT: '30', MESSAGE_RATE: '10', PAYLOAD_BYTES: '64' });
    expect(spec.env).toMatchObject({ MQTT_VERSION: '5', ACK_WAIT_MS: '7', PHASE: 'kill-fault' });
    expect(spec.env['LEDGER_PATH']).toBe('/run/control/go/ledger.ndjson');
  });

  it.each([
    [0, 'h:1,h:2,h:3'],
    [1, 'h:2,h:3,h:1'],
    [2, 'h:3,h:1,h:2'],
    [4, 'h:2,h:3,h:1'],
  ])('that is number %i of its phase begins at its own endpoint: %s', (index, endpoints) => {
    expect(envOf({}, index)['CLUSTER_ENDPOINTS']).toBe(endpoints);
    expect(envOf({}, index)['CLUSTER_ENDPOINT']).toBe(endpoints.split(',')[0]);
  });

  it('ends itself before it is ended: ten seconds, or a quarter of a short time', () => {
    expect(envOf({ limitMs: 120_000 })['TIME_LIMIT_MS']).toBe('110000');
    expect(envOf({ limitMs: 4000 })['TIME_LIMIT_MS']).toBe('3000');
  });

  it('has another id at each attempt: the broker may still have the session of the one before', () => {
    expect(envOf({}, 0, 1)['CLIENT_ID']).toBe('r1-kill-fault-go');
    expect(envOf({}, 0, 2)['CLIENT_ID']).toBe('r1-kill-fault-go-2');
  });

  it('waits for a file where its topics have to be made, and else does not', () => {
    expect(envOf()).not.toHaveProperty('START_FILE');
    expect(envOf({ prepareTopics: () => Promise.resolve() })['START_FILE']).toBe('/run/control/start');
  });

  it('has as many connections as the load says, or its own number', () => {
    expect(envOf()).not.toHaveProperty('CONNECTIONS');
    expect(envOf({ load: { ...request.load, connections: 300 } })['CONNECTIONS']).toBe('300');
  });

  it('keeps its session unless the load says otherwise', () => {
    expect(envOf()['SUBSCRIBER_SESSION']).toBe('persistent');
    expect(envOf({ load: { ...request.load, subscriberSession: 'clean' } })['SUBSCRIBER_SESSION']).toBe('clean');
  });
});
