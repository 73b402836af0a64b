import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SDK_NAMES } from '../../src/config/sdks.js';
import type { ScenarioResult } from '../../src/domain/report-data.js';
import { describeWithStandIn, standInFor } from '../../testing/robustmq-stand-in.js';
import {
  catalogue,
  createSandbox,
  finishedWhole,
  nothingLeft,
  removeSandbox,
  start,
  type Sandbox,
} from '../../testing/rounds/round.js';

// A real round with the driver `robustmq`: all five SDKs over MQTT 5, and stand-ins for its broker, which say nothing about RobustMQ.
describeWithStandIn('a round with the driver robustmq', () => {
  let sandbox: Sandbox;
  let round: Awaited<ReturnType<typeof finishedWhole>>;

  beforeAll(async () => {
    sandbox = createSandbox({
      // The sandbox is the folder of its config, too.
      cluster: {
        driver: 'robustmq',
        project_root: '.',
        binary: 'broker-server',
        update: ['sh', '-c', 'echo "# newer" >> broker-server'],
      },
      sdks: SDK_NAMES,
      scenarios: [catalogue.kill, catalogue.delay, catalogue.transfer],
    });
    standInFor(sandbox.root);
    round = await finishedWhole(start(['round', '--json'], sandbox));
  });

  afterAll(() => removeSandbox(sandbox));

  const scenario = (name: string): ScenarioResult => round.report.scenarios.find((s) => s.scenario.name === name)!;

  test('passes every scenario with every SDK', () => {
    expect(round.result.headline, round.result.summary).toBe('PASS');
    expect(round.report.scenarios.map(({ scenario: { name }, sdkVerdicts }) => [name, sdkVerdicts.length])).toEqual([
      ['broker-kill-single', 5],
      ['network-delay-100ms', 5],
      ['leader-transfer', 5],
    ]);
    for (const { validation } of round.report.scenarios) {
      for (const { sdk, result } of validation) {
        const { sent, received, lost, acked } = result ?? {};
        expect({ sdk, sent, received, lost, acked }).toEqual({ sdk, sent: 200, received: 200, lost: 0, acked: 200 });
      }
    }
  });

  test('brought another broker first, and says which', () => {
    const { brokerUpdate, notes, versions } = round.report;
    expect(brokerUpdate).toMatchObject({
      ok: true,
      text: expect.stringMatching(/^cluster\.update: the broker is another one/),
    });
    expect(notes).toContain(brokerUpdate?.text);
    expect(versions['broker-server sha256']).toBe(brokerUpdate?.sha256After);
  });

  test('speaks MQTT 5', () => {
    const file = join(dirname(String(round.result.jsonPath)), 'scenarios/leader-transfer/validation/phase.json');
    const { clients } = JSON.parse(readFileSync(file, 'utf8')) as { clients: { env: { MQTT_VERSION: string } }[] };
    expect(clients.map(({ env }) => env.MQTT_VERSION)).toEqual(SDK_NAMES.map(() => '5'));
  });

  test('says in its report what was set for the clients’ sake', () => {
    expect(round.report.versions).toMatchObject({ receive_max: '1000' });
  });

  test('kills who leads the metadata and the topics of the load, and sees others lead them after it', () => {
    const { victim, leaders, reason } = scenario('leader-transfer').fault;
    expect(reason).toMatch(/leads \d+ of \d+ groups/);
    const groups = leaders.map(({ group }) => group);
    expect(groups).toContain('metadata_0');
    expect(groups.filter((group) => group.startsWith('topic ')).length).toBeGreaterThanOrEqual(4);
    for (const { from, to, termFrom, termTo } of leaders) {
      expect([from, to === victim]).toEqual([victim, false]);
      expect(termTo).toBeGreaterThan(termFrom!);
    }
  });

  test('has clients that lost the victim and came back, and counts what they lost meanwhile', () => {
    for (const { sdk, planned, acked, ackedLost } of scenario('leader-transfer').faultPeriod) {
      expect(planned, sdk).toBeGreaterThan(400);
      expect({ sdk, acked, ackedLost }).toEqual({ sdk, acked: planned, ackedLost: 0 });
    }
  });

  test('leaves nothing running', async () => expect(await nothingLeft(sandbox)).toEqual([]));
});
