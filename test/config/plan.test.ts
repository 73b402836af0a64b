import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { planFrom, refuseOver, type Places } from '../../src/config/plan.js';
import { DEFAULT_SDKS } from '../../src/config/sdks.js';
import type { RunRequest } from '../../src/domain/plan.js';
import { drivers } from '../../src/host/drivers/index.js';
import { faults } from '../../src/host/faults/index.js';
import { catalogue, rules } from '../../testing/values.js';

const config = loadConfig(fileURLToPath(new URL('../../config/default.yml', import.meta.url)), {
  drivers,
  faults,
});
const places: Places = {
  runDir: (root, runId) => `${root}/R/${runId}`,
  clusterDir: (root, cluster) => `${root}/C/${cluster}`,
  sdkRoot: '/program/sdk_clients',
};
const plan = (request: RunRequest = {}) => planFrom(config, request, 'run-1', places);

describe('the plan of a run', () => {
  const entry = { id: 'A', why: 'x', scenarios: ['*'], sdks: ['*'], match: { check: 'lost' as const }, gone_after: 5 };

  it('has the list of known failures, if the config has one', () => {
    expect(plan()).not.toHaveProperty('known');
    expect(planFrom({ ...config, known: [entry] }, {}, 'run-1', places)).toMatchObject({
      known: [{ id: 'A', goneAfter: 5 }],
      knownIsTold: 'on_change',
    });
  });

  it('is refused where the day of a known failure has come, by the clock and not by when the config was read', () => {
    const over = { ...config, known: [entry, { ...entry, id: 'B', until: '2020-01-01' }] };
    expect(() => planFrom(over, {}, 'run-1', places)).toThrow(
      /default\.yml:\n {2}known\.1\.until \(B\): 2020-01-01 has come/,
    );
    expect(() => refuseOver({ ...over, known: [{ ...entry, until: '2999-01-01' }] })).not.toThrow();
  });

  it('of a full run brings another broker, where the config says how; one scenario is run on the broker that is there', () => {
    const updating = {
      ...config,
      cluster: { ...config.cluster, update: ['./fetch', 'main'], update_limit_minutes: 1.5 },
    };
    const cwd = fileURLToPath(new URL('../../config', import.meta.url));
    expect(plan()).not.toHaveProperty('update');
    expect(planFrom(updating, {}, 'run-1', places).update).toEqual({
      ...{ command: ['./fetch', 'main'], cwd, limitMs: 90_000 },
    });
    expect(planFrom(updating, { scenario: config.scenarios[0]!.name }, 'run-1', places)).not.toHaveProperty('update');
  });

  it('leaves out scenarios whose workload none of its SDKs has, and is refused where nothing is left', () => {
    const [first, second, third] = config.scenarios;
    const special = { ...third!, workload: 'wills', sdks: ['go'] };
    const mixed = { ...config, scenarios: [first!, second!, special] };
    const names = (sdks: string[]) => planFrom(mixed, { sdks }, 'run-1', places).scenarios.map(({ name }) => name);
    expect(names(['rust', 'go'])).toEqual([first, second, special].map((one) => one!.name));
    expect(names(['rust'])).toEqual([first!.name, second!.name]);
    expect(() => planFrom(mixed, { sdks: ['rust'], scenario: special.name }, 'run-1', places)).toThrow(
      'sdks: expected one whose client has workload wills, of go; got rust',
    );
  });

  it('of a run of a series has the series’ broker and scenarios, updates nothing, and says at its head what it is', () => {
    const updating = { ...config, cluster: { ...config.cluster, update: ['./fetch'], update_limit_minutes: 1 } };
    const [first, , third] = config.scenarios.map(({ name }) => name) as [string, string, string];
    const inSeries = { series: 'chaos-series-1', version: 'B', binary: '/opt/b/broker', scenarios: [third, first] };
    const made = planFrom(updating, { inSeries }, 'run-1', places);
    expect(made).toMatchObject({ kind: 'series', binary: '/opt/b/broker', inSeries });
    expect(made.scenarios.map(({ name }) => name)).toEqual([first, third]);
    expect(made).not.toHaveProperty('update');
    expect(made.warnings[0]).toBe('a run of series chaos-series-1, with the broker B: not counted, told or published');
    expect(planFrom(config, { inSeries: { ...inSeries, scenarios: undefined } }, 'r', places).scenarios).toEqual(
      catalogue,
    );
  });

  it('without any wish is a full run of the whole catalogue with every SDK', () => {
    expect(plan()).toMatchObject({
      runId: 'run-1',
      kind: 'full',
      cluster: 'local',
      driver: 'nats',
      hostQueue: 'host-local',
      scenarios: catalogue,
      sdks: DEFAULT_SDKS,
      sdksLeftOut: [],
      load: { messages: 1000, ratePerSecond: 50, payloadBytes: 256, subscriberSession: 'persistent' },
      rules,
      timeZone: 'Asia/Shanghai',
      configSha256: config.sha256,
      runDir: `${config.dataRoot}/R/run-1`,
      clusterDir: `${config.dataRoot}/C/local`,
      sdkRoot: '/program/sdk_clients',
    });
  });

  it('has its durations in milliseconds, and fractions of a second stay', () => {
    expect(plan().timing).toEqual({
      healWaitMs: 60_000,
      faultWindowMs: 30_000,
      faultGraceMs: 30_000,
      leadInMs: 3000,
      observeBudgetMs: 25_000,
      recoveryBudgetMs: 60_000,
      clientLimitMs: 120_000,
      leaseMs: 600_000,
    });
    const short = { ...config, timing: { ...config.timing, heal_wait_seconds: 0.25 } };
    expect(planFrom(short, {}, 'run-1', places).timing.healWaitMs).toBe(250);
  });

  it('for one scenario has that one alone', () => {
    const single = plan({ scenario: 'leader-transfer' });
    expect(single.kind).toBe('single');
    expect(single.scenarios.map((s) => s.name)).toEqual(['leader-transfer']);
  });

  it('says which SDKs it leaves out, in the order of the config', () => {
    const left = DEFAULT_SDKS.filter((sdk) => sdk !== 'go' && sdk !== 'python');
    expect(plan({ sdks: ['go', 'python'] })).toMatchObject({ sdks: ['python', 'go'], sdksLeftOut: left });
  });

  it("uses a user's own clients where the config names their folder", () => {
    expect(planFrom({ ...config, sdkFolder: '/mine' }, {}, 'run-1', places).sdkRoot).toBe('/mine');
  });

  it('asks for as many messages as the config says of the clients of its folder', () => {
    const declared = { ...config, sdk_clients: { ...config.sdk_clients, messages: 10 } };
    expect(planFrom(declared, {}, 'run-1', places).load.messages).toBe(10);
  });

  it('asks for a crowd as large as the config says, or as the client makes it', () => {
    const declared = { ...config, sdk_clients: { ...config.sdk_clients, connections: 300 } };
    expect(planFrom(declared, {}, 'run-1', places).load.connections).toBe(300);
    expect(plan({}).load).not.toHaveProperty('connections');
  });

  it.each<[RunRequest, RegExp]>([
    [{ scenario: 'leader-transfr' }, /expected one of broker-kill-single, .*; did you mean leader-transfer\?/],
    [{ scenario: 'zzz' }, /expected one of broker-kill-single, network-delay-100ms, leader-transfer, got zzz$/],
    [{ sdks: ['go', 'perl'] }, new RegExp(`expected some of ${DEFAULT_SDKS.join(', ')}, got perl`)],
    [{ sdks: [] }, new RegExp(`expected some of ${DEFAULT_SDKS.join(', ')}, got none`)],
  ])('of %j is refused with what exists', (request, message) => {
    expect(() => plan(request)).toThrow(message);
  });
});
