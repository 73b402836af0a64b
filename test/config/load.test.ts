import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, realFolder, type Config } from '../../src/config/load.js';
import { DEFAULT_SDKS } from '../../src/config/sdks.js';
import { ChaosError } from '../../src/domain/errors.js';
import { drivers } from '../../src/host/drivers/index.js';
import { faults } from '../../src/host/faults/index.js';
import { bounded, nearly, nearlyBytes, timeout } from '../../testing/properties.js';
import { temporaryFolder } from '../../testing/processes.js';
import { sdkNames } from '../../testing/sdk-client.js';
import { installRoot } from '../../src/host/os/tools.js';
import { catalogue } from '../../testing/values.js';

const known = { drivers, faults };
const scenarios = 'scenarios:\n  - { name: kill, fault: broker-kill, target: robustmq-server }\n';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'robustmq-chaos-config-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function load(text: string): Config {
  const file = join(folder, 'config.yml');
  writeFileSync(file, text);
  return loadConfig(file, known);
}

/** The problems a config is refused with, one per line, without the file's name. */
function problems(text: string): string[] {
  try {
    load(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ChaosError);
    expect((error as ChaosError).code).toBe('CONFIG_INVALID');
    const [head, ...lines] = (error as Error).message.split('\n');
    expect(head).toMatch(new RegExp(`config\\.yml: ${lines.length} problems?$`));
    return lines.map((line) => line.trim());
  }
  throw new Error('the config was accepted');
}

describe('a config that is right', () => {
  it('has the defaults of the schema where it says nothing', () => {
    expect(load(scenarios)).toMatchObject({
      cluster: { name: 'local', driver: 'nats', nodes: 3 },
      sdks: DEFAULT_SDKS,
      load: { messages: 1000, rate_per_second: 50 },
      timing: { heal_wait_seconds: 60, recovery_budget_seconds: 60 },
      verdict: {
        p99_limit_ms: 500,
        non_core_pass_rate_percent: 75,
        durability: 'warn',
        control: 'warn',
        guarantees: ['at-least-once'],
      },
      dataRoot: join(folder, '..', 'data'),
      sdkFolder: undefined,
      scenarios: [{ name: 'kill', params: {}, core: false, priority: 'P1' }],
    });
  });

  it('takes folders relative to the file, and tells the file by its hash', () => {
    const config = load(`data_dir: runs\nsdk_clients: { folder: ./mine }\n${scenarios}`);
    expect(config).toMatchObject({ dataRoot: join(folder, 'runs'), sdkFolder: join(folder, 'mine') });
    expect(config.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(load(`${scenarios}# a word\n`).sha256).not.toBe(load(scenarios).sha256);
  });

  it.each(readdirSync(join(installRoot, 'config')))('is config/%s, which comes with the program', (file) => {
    expect(loadConfig(join(installRoot, 'config', file), known).scenarios.length).toBeGreaterThan(1);
  });

  it('that comes with the program has the three scenarios of the procedure', () => {
    const config = loadConfig(fileURLToPath(new URL('../../config/default.yml', import.meta.url)), known);
    expect(config.scenarios).toEqual(catalogue);
    expect(config.timing).toMatchObject({ heal_wait_seconds: 60, fault_window_seconds: 30 });
    expect(config.verdict).toMatchObject({ p99_limit_ms: 500, non_core_pass_rate_percent: 75 });
  });
});

it('a scenario with several workloads is several, which known failures can name', () => {
  const text = [
    'sdk_clients: { folder: clients }',
    'sdks: [mine]',
    'scenarios:',
    '  - { name: kill, fault: broker-kill, target: n1, workloads: [basic-pubsub, wills] }',
    'known:',
    '  - { id: A, why: x, scenarios: [kill-wills], sdks: [mine], match: { check: lost } }',
  ];
  const { scenarios: found } = load(text.join('\n'));
  expect(found.map(({ name, workload }) => [name, workload])).toEqual([
    ['kill', undefined],
    ['kill-wills', 'wills'],
  ]);
  const wrong = text.map((line) => line.replace('[basic-pubsub, wills]', '[wills, wills]'));
  expect(problems(wrong.join('\n'))).toContain('line 4: scenarios.0.workloads.1: wills is there twice');
});

it('the list that docs/known-failures.md shows is one, with its bounds and days', () => {
  const page = readFileSync(join(installRoot, 'docs/known-failures.md'), 'utf8');
  const [, example = ''] = /```yaml\n([^]*?)```/.exec(page) ?? [];
  const config = load(
    `${example}scenarios:\n  - { name: leader-transfer, fault: broker-kill, target: robustmq-server }\n`,
  );
  expect(config.known).toMatchObject([
    { id: 'RMQ-8', since: '8bd49dc59', until: '2027-02-01', gone_after: 5, match: { lost: 30, where: 'fault' } },
  ]);
  expect(load(scenarios).known).toBeUndefined();
  expect(load(`${scenarios}known: []\n`).known).toEqual([]);
});

describe('a config that is wrong', () => {
  it('names what a known failure hides too much, or what it names in vain, by its line', () => {
    const list =
      'known:\n  - { id: A, why: x, match: { where: validation } }\n  - { id: B, why: x, sdks: [goo], match: { check: lost } }\n';
    expect(problems(`${list}${scenarios}`)).toEqual([
      expect.stringMatching(/^line 2: known\.0\.match: expected a check/),
      expect.stringMatching(/^line 3: known\.1\.sdks\.0 \(B\): .*got goo; did you mean go\?$/),
    ]);
  });

  it('names an unknown key, its line, and the key that was meant', () => {
    expect(problems(`timing:\n  heal_wait_secods: 60\n${scenarios}`)).toEqual([
      'line 2: timing.heal_wait_secods: unknown key; did you mean heal_wait_seconds?',
    ]);
  });

  it('lists the known keys where none is near', () => {
    const [problem] = problems(`cluster:\n  colour: red\n${scenarios}`);
    expect(problem).toBe(
      'line 2: cluster.colour: unknown key; known keys: name, driver, nodes, network, binary, project_root, update, update_limit_minutes',
    );
  });

  it('finds an unknown key inside a list', () => {
    expect(problems(`${scenarios}  - { name: b, fault: broker-kill, target: n1, prority: P0 }\n`)).toEqual([
      'line 3: scenarios.1.prority: unknown key; did you mean priority?',
    ]);
  });

  it('names an SDK that has no client here, unless the clients are of a folder of its own', () => {
    expect(problems(`sdks: [go, node]\n${scenarios}`)).toEqual([
      `line 1: sdks.1: expected one of ${sdkNames.join(', ')}, got node; clients of your own need sdk_clients.folder`,
    ]);
    expect(load(`sdks: [go, node]\nsdk_clients: { folder: mine }\n${scenarios}`).sdks).toEqual(['go', 'node']);
  });

  it('names an SDK that does not speak the MQTT of its driver, unless the clients are of a folder of its own', () => {
    expect(problems(`sdks:\n  - go\n  - java-paho\n${scenarios}`)).toEqual([
      expect.stringMatching(
        /^line 3: sdks\.1: expected SDKs that speak MQTT 3\.1\.1, as driver nats needs; java-paho /,
      ),
    ]);
    const own = `sdk_clients: { folder: mine }\nsdks: [java-paho]\n${scenarios}`;
    expect(load(own).sdks).toEqual(['java-paho']);
  });

  it('is refused where its driver cannot be what it asks for, also by a default', () => {
    expect(problems(`cluster:\n  driver: mosquitto\n  network: namespaces\n${scenarios}`)).toEqual([
      'line 1: cluster.nodes: expected 1, got 3; driver mosquitto is one broker, which knows no cluster',
      'line 3: cluster.network: expected proxies, got namespaces, which driver mosquitto does not support',
    ]);
    expect(load(`cluster: { driver: mosquitto, nodes: 1 }\n${scenarios}`).cluster.nodes).toBe(1);
  });

  it('is told all its problems at once, whatever their kind, each with its line', () => {
    const text = [
      'cluster:',
      '  driver: kafka',
      'timing:',
      '  heal_wait_seconds: -1',
      'sdks: []',
      'scenarios:',
      '  - name: kill',
      '    fault: broker-kil',
      '    target: n1',
      '  - name: slow',
      '    fault: network-delay',
      '    target: eth0',
      '    params:',
      '      delay_ms: fast',
      '  - name: kill',
      '    fault: broker-kill',
      '    target: n2',
      'verdct: {}',
    ];
    const found = problems(text.join('\n'));
    const expected = [
      /^line 4: timing\.heal_wait_seconds: .*>0/,
      /^line 5: sdks: /,
      /^line 18: verdct: unknown key; did you mean verdict\?$/,
      new RegExp(
        `^line 2: cluster\\.driver: expected one of ${known.drivers.map(({ name }) => name).join(', ')}, got kafka$`,
      ),
      /^line 8: scenarios\.0\.fault: expected one of broker-crash-loop, .*network-delay.*, got broker-kil$/,
      /^line 14: scenarios\.1\.params\.delay_ms \(slow\): .*expected number/,
      /^line 15: scenarios\.2\.name: kill is there twice$/,
    ];
    expect(found).toHaveLength(expected.length);
    for (const pattern of expected) expect(found).toContainEqual(expect.stringMatching(pattern));
  });

  it.each([
    ['a parameter that is missing', 'network-delay', '{}', 'delay_ms'],
    ['a parameter out of range', 'network-delay', '{ delay_ms: 0 }', 'delay_ms'],
    ['a parameter that the fault does not know', 'broker-kill', '{ delay_ms: 5 }', 'delay_ms'],
    ['a word that is none of the choices', 'broker-kill', '{ victim: everyone }', 'victim'],
  ])('names %s of a fault', (_what, fault, params, name) => {
    const found = problems(`scenarios:\n  - name: s\n    fault: ${fault}\n    target: x\n    params: ${params}\n`);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^line 5: scenarios\.0\.params/);
    expect(found[0]).toContain(name);
  });

  it.each([
    ['text that is no YAML', 'a: [1,\nb: }', /^line \d+: /],
    ['a key that is there twice', `${scenarios}data_dir: a\ndata_dir: b\n`, /^line 4: .*unique/],
    ['no scenarios', 'scenarios: []', /^line 1: scenarios: /],
    ['an empty file', '', /^line 1: scenarios: /],
    ['a list instead of a map', '- a\n- b\n', /^line 1: config: /],
    ['a time zone that does not exist', `time_zone: Mars/Base\n${scenarios}`, /^line 1: time_zone: .*Asia\/Shanghai/],
    ['a name that is no file name', 'scenarios:\n  - { name: ../x, fault: broker-kill, target: n1 }', /lower-case/],
  ])('is refused with %s', (_what, text, pattern) => {
    expect(problems(text).join('\n')).toMatch(pattern);
  });

  it('is refused by its path where there is no such file', () => {
    expect(() => loadConfig(join(folder, 'none.yml'), known)).toThrow(/readable file, got .*none\.yml/);
  });
});

describe('whatever a file has in it, it is a config or has problems, each with its line', () => {
  const given = readFileSync(join(installRoot, 'config/default.yml'));
  const right = {
    ...{ cluster: { name: 'a', driver: 'nats', nodes: 3 }, data_dir: '../data', time_zone: 'UTC', sdks: ['go'] },
    ...{ load: { messages: 10 }, timing: { heal_wait_seconds: 1 }, schedule: { cron: '0 */4 * * *' } },
    ...{ logs: { never: ['panic'] }, notify: { ping_url: 'https://example.org' }, retention: {} },
    scenarios: [{ name: 'kill', fault: 'broker-kill', target: 'x', params: { victim: 'leader' }, core: true }],
  };

  function isToldApart(bytes: Buffer | string): void {
    const file = join(folder, 'config.yml');
    writeFileSync(file, bytes);
    try {
      expect(loadConfig(file, known).scenarios.length).toBeGreaterThan(0);
    } catch (error) {
      expect(error).toMatchObject({ name: 'ChaosError', code: 'CONFIG_INVALID' });
      const [head, ...lines] = (error as Error).message.split('\n');
      expect(head).toMatch(/config\.yml: [1-9]\d* problems?$/);
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) expect(line).toMatch(/^ {2}line [1-9]\d*: \S/);
    }
  }

  it.each([
    ['" ": 1', 'line 1: " ": unknown key;'],
    ['"a\\nb\\e[2J": 1', 'line 1: "a\\nb\\u001b[2J": unknown key;'],
    ['cluster: { driver: nats, update: [fetch] }', 'cluster.update: expected driver robustmq, got nats'],
    ['cluster: { driver: robustmq, update: [] }', 'cluster.update'],
    ['cluster: { driver: "n\\nline 9: all is well" }', 'got n\\nline 9: all is well'],
  ])('as %j, whose words make no lines of their own', (text, words) => {
    expect(problems(text).join('\n')).toContain(words);
    isToldApart(text);
  });

  it(
    'as a tree that is nearly right',
    () => {
      fc.assert(
        fc.property(nearly(right), (tree) => isToldApart(stringify(tree ?? null))),
        bounded(300),
      );
    },
    timeout,
  );

  it(
    'as bytes',
    () => {
      const bytes = fc.oneof(
        nearlyBytes(given),
        fc.uint8Array({ maxLength: 200 }).map((some) => Buffer.from(some)),
      );
      fc.assert(fc.property(bytes, isToldApart), bounded(150));
    },
    timeout,
  );

  it(
    'as what YAML has signs for',
    () => {
      const signs = fc.constantFrom(
        'a',
        ': ',
        '- ',
        '\n',
        '  ',
        '&a ',
        '*a',
        '<<: ',
        '!x ',
        '| ',
        '> ',
        '{',
        '}',
        '[',
        ']',
        ',',
        '"',
        "'",
        '#',
        '---\n',
        '? ',
        '%',
        '~',
        '0x1f',
        '.inf',
        '\t',
      );
      fc.assert(
        fc.property(fc.array(signs, { maxLength: 25 }), (parts) => isToldApart(parts.join(''))),
        bounded(300),
      );
    },
    timeout,
  );
});

const place = temporaryFolder();
mkdirSync(join(place, 'real', 'data'), { recursive: true });
symlinkSync('real', join(place, 'link'));
symlinkSync('real/data', join(place, 'data'));
symlinkSync('nowhere', join(place, 'dangling'));

it.each([
  ['real/data', 'real/data'],
  ['data', 'real/data'],
  ['link/data', 'real/data'],
  ['link/../data', 'real/data'],
  ['link/to/be/made', 'real/to/be/made'],
  ['dangling', 'dangling'],
  ['none', 'none'],
])('%s is %s', (given, name) => {
  expect(realFolder(join(place, given))).toBe(join(place, name));
});

it('a config that names its data folder by a link, or lies behind one, has the folder itself', () => {
  const text = 'data_dir: data\nscenarios: [{ name: kill, fault: broker-kill, target: n1 }]\n';
  writeFileSync(join(place, 'by-link.yml'), text);
  writeFileSync(join(place, 'real', 'behind.yml'), text);
  const names = ['by-link.yml', 'real/behind.yml', 'link/behind.yml'].map(
    (file) => loadConfig(join(place, file), known).dataRoot,
  );
  expect(names).toEqual(Array(3).fill(join(place, 'real', 'data')));
});

describe('a timeline in a config', () => {
  it('is refused with its line and path where a fault or a parameter is unknown', () => {
    const text = [
      'scenarios:',
      '  - name: both',
      '    faults:',
      '      - { fault: broker-kil, target: leader }',
      '      - { fault: broker-kill, target: another, params: { victm: leader } }',
    ];
    expect(problems(text.join('\n'))).toEqual([
      expect.stringMatching(/^line 4: scenarios\.0\.faults\.0\.fault: expected one of .*, got broker-kil$/),
      expect.stringMatching(/^line 5: scenarios\.0\.faults\.1\.params \(both\): .*victm/),
    ]);
  });

  it('is refused beside a fault of its own, and a scenario without either is, too', () => {
    const both = '{ name: a, fault: broker-kill, faults: [{ fault: broker-kill, target: n1 }] }';
    expect(problems(`scenarios:\n  - ${both}\n  - { name: b }\n`)).toEqual([
      'line 2: scenarios.0.fault: expected nothing beside faults: each entry has its own',
      'line 3: scenarios.1.fault: expected text (or faults, a timeline of several), got nothing',
      'line 3: scenarios.1.target: expected text, got nothing',
    ]);
  });
});
