import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installRoot } from '../../src/host/os/tools.js';
import type { ScenarioResult } from '../../src/domain/report-data.js';
import {
  catalogue,
  createSandbox,
  finished,
  finishedWhole,
  nothingLeft,
  removeSandbox,
  start,
  type Sandbox,
} from '../../testing/rounds/round.js';

/** A client that is the real Go one, but does something else when its phase is the validation of `scenario`. */
const misbehavingIn = (scenario: string, what: string): string => `#!/bin/bash
if [ "$PHASE" = "${scenario}-validation" ]; then
${what}
fi
exec ${join(installRoot, 'sdk_clients/go/basic-pubsub.sh')}
`;

function writeClients(root: string, clients: Readonly<Record<string, string>>): void {
  for (const [sdk, script] of Object.entries(clients)) {
    mkdirSync(join(root, 'clients', sdk), { recursive: true });
    const file = join(root, 'clients', sdk, 'basic-pubsub.sh');
    writeFileSync(file, script);
    chmodSync(file, 0o755);
  }
}

/** A client that reads nothing but the endpoint, and sends ten messages. */
const OLD_STYLE = `#!/bin/bash
[ -n "$CLUSTER_ENDPOINT" ] && echo '{"sent": 10, "received": 10, "lost": 0, "p99_ms": 12.5, "errors": []}'
`;

/** A client of the first points of the contract alone, that prints another line when its phase is the validation of `equipment`. */
const minimalWith = (line: string): string => `#!/bin/bash
n=$MESSAGE_COUNT
if [ "$PHASE" = equipment-validation ]; then echo '${line}'
else echo '{"sent": '$n', "received": '$n', "lost": 0, "p99_ms": 12.5, "errors": []}'; fi
`;
const CONTRADICTION = '{"sent":100,"received":40,"lost":0,"p99_ms":1,"errors":[]}';
const TOO_FEW = '{"sent":1,"received":1,"lost":0,"p99_ms":1,"errors":[]}';

describe('clients that fail in the validation', () => {
  let sandbox: Sandbox;
  let round: Awaited<ReturnType<typeof finished>>;

  beforeAll(async () => {
    sandbox = createSandbox({
      load: { messages: 100, rate_per_second: 100 },
      timing: { client_limit_seconds: 8 },
      sdks: ['refused', 'garbage', 'flood', 'hang', 'contradicting', 'few'],
      sdk_clients: { folder: 'clients' },
      scenarios: [catalogue.quick('login'), catalogue.quick('equipment'), catalogue.quick('hanging')],
    });
    writeClients(sandbox.root, {
      refused: misbehavingIn('login', 'export MQTT_PASSWORD=wrong'),
      garbage: misbehavingIn('equipment', 'echo "Traceback (most recent call last)"; exit 0'),
      flood: misbehavingIn('equipment', 'head -c 20000000 /dev/zero | tr "\\\\0" x; echo; exit 0'),
      hang: misbehavingIn('hanging', 'trap "" TERM; sleep 300 & wait; sleep 300'),
      contradicting: minimalWith(CONTRADICTION),
      few: minimalWith(TOO_FEW),
    });
    round = await finishedWhole(start(['round', '--json'], sandbox));
  });

  afterAll(() => removeSandbox(sandbox));

  const scenario = (name: string): ScenarioResult => round.report.scenarios.find((s) => s.scenario.name === name)!;
  const statuses = (name: string): Record<string, string> =>
    Object.fromEntries(scenario(name).sdkVerdicts.map((v) => [v.sdk, v.status]));
  const others = {
    garbage: 'passed',
    flood: 'passed',
    hang: 'passed',
    refused: 'passed',
    contradicting: 'passed',
    few: 'passed',
  };

  test('a refused login is no pass: nothing was sent', () => {
    expect(statuses('login')).toEqual({ ...others, refused: 'failed' });
    const { result } = scenario('login').validation.find((o) => o.sdk === 'refused')!;
    expect(result).toMatchObject({ sent: 0, lost: 0, p99_ms: null });
    expect(result?.errors.join()).toMatch(/login|refused|auth/i);
    expect(scenario('login').verdict.attribution).toBe('some-sdks');
  });

  test('garbage, a flood, a contradiction and too few messages are the equipment’s fault, and the broker is not blamed', () => {
    expect(statuses('equipment')).toEqual({
      ...others,
      garbage: 'script_format_error',
      flood: 'script_format_error',
      contradicting: 'script_format_error',
      few: 'harness_error',
    });
    expect(scenario('equipment').verdict).toMatchObject({ status: 'harness_error', attribution: 'equipment' });
    expect(scenario('equipment').verdict.failures.every((f) => f.blame === 'equipment')).toBe(true);
  });

  test('a client that hangs is ended at its limit, with what it started', () => {
    expect(statuses('hanging')).toEqual({ ...others, hang: 'timeout' });
    expect(scenario('hanging').validation.find((o) => o.sdk === 'hang')?.end).toEqual({
      kind: 'timeout',
      limitMs: 8000,
    });
  });

  test('the report says which figures disagree, and how many messages are missing', () => {
    const failed = (sdk: string) =>
      scenario('equipment')
        .sdkVerdicts.find((v) => v.sdk === sdk)
        ?.checks.filter((c) => !c.ok);
    expect(failed('contradicting')?.[0]?.observed).toContain('sent 100, received 40, lost 0');
    expect(failed('few')).toMatchObject([{ check: 'sent', observed: '1' }]);
  });

  test('FAIL beats INVALID', () => {
    expect(round.result.headline).toBe('FAIL');
    expect(round.status).toBe(1);
  });

  test('nothing is left running', async () => expect(await nothingLeft(sandbox)).toEqual([]));
});

describe('a client that is not there', () => {
  let sandbox: Sandbox;
  let round: Awaited<ReturnType<typeof finished>>;

  beforeAll(async () => {
    sandbox = createSandbox({
      sdks: ['minimal', 'absent'],
      sdk_clients: { folder: 'clients', messages: 10 },
      scenarios: [catalogue.quick('never-begun')],
    });
    writeClients(sandbox.root, { minimal: OLD_STYLE });
    round = await finished(start(['round', '--json'], sandbox));
  });

  afterAll(() => removeSandbox(sandbox));

  test('ends the run in the pre-check, before anything is started: INVALID, with the path of its script', () => {
    expect(round.result).toMatchObject({ headline: 'INVALID', runPassed: false });
    expect(round.status).toBe(2);
    expect(round.report.runFailures).toEqual([{ status: 'harness_error', sdk: null, blame: 'equipment' }]);
    const script = join(sandbox.root, 'clients', 'absent', 'basic-pubsub.sh');
    const why = `PREFLIGHT_FAILED: ${script}: expected the script of the client`;
    expect(round.report.notes).toEqual([expect.stringContaining(why)]);
    expect(round.report.scenarios).toEqual([]);
  });

  test('nothing is left running', async () => expect(await nothingLeft(sandbox)).toEqual([]));
});
