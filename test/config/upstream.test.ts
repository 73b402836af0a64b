import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig, type Config } from '../../src/config/load.js';
import { drivers } from '../../src/host/drivers/index.js';
import { faults } from '../../src/host/faults/index.js';

const known = { drivers, faults };

/** The keys of RobustMQ's `chaos-test/config.yml`, and values of their kinds. */
const upstream = (mode: string): string => `
cluster:
  binary: "bin/broker-server"
  project_root: "/srv/robustmq"
  mode: ${mode}
  single: { config: "config/server.toml", data_dir: "data", mqtt_port: 1883, http_port: 58080 }
  multi:
    nodes:
      - { config: "config/cluster/server-1.toml", data_dir: "data/broker-1", mqtt_port: 1883, http_port: 58080 }
      - { config: "config/cluster/server-2.toml", data_dir: "data/broker-2", mqtt_port: 2883, http_port: 58082 }
      - { config: "config/cluster/server-3.toml", data_dir: "data/broker-3", mqtt_port: 3883, http_port: 58083 }
mqtt: { username: "admin", password: "robustmq" }
chaosd: { endpoint: "http://127.0.0.1:31767" }
observability: { log_pattern: "server.*.log", metrics_path: "/metrics" }
sdk_matrix:
  p0:
    - { sdk: python, version: "3.11", scenarios: [basic-pubsub] }
    - { sdk: go, version: "1.21", scenarios: [basic-pubsub] }
  p1:
    - { sdk: python, versions: ["3.10", "3.11"], scenarios: [basic-pubsub, failover] }
    - { sdk: rust, version: "1.70", scenarios: [basic-pubsub, failover] }
  p2:
    - { sdk: java, versions: ["11", "17", "21"] }
github: { reports_repo: "git@github.com:<your-org>/test-reports.git", deploy_key_path: "~/.ssh/k", branch: "main" }
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'robustmq-chaos-upstream-'));
  vi.stubEnv('ROBUSTMQ_HOME', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function load(text: string): Config {
  const file = join(folder, 'config.yml');
  writeFileSync(file, text);
  return loadConfig(file, known);
}

describe("RobustMQ's own chaos-test config", () => {
  it('is a cluster of as many nodes as it lists, with its program and the SDKs of its matrix by priority', () => {
    const config = load(upstream('multi'));
    expect(config.cluster).toMatchObject({ driver: 'robustmq', nodes: 3 });
    expect(config.binary).toBe('/srv/robustmq/bin/broker-server');
    expect(config.sdks).toEqual(['python', 'go', 'rust', 'java']);
    expect(config.scenarios.map(({ name }) => name)).toEqual([
      'broker-kill-single',
      'network-delay-100ms',
      'leader-transfer',
    ]);
    expect(config.timing).toMatchObject({ fault_window_seconds: 60, recovery_budget_seconds: 180 });
  });

  it('is one node where it says single', () => {
    expect(load(upstream('single')).cluster.nodes).toBe(1);
  });

  it('gives a warning for every part that nothing follows from', () => {
    const said = load(upstream('multi')).warnings.join('\n');
    for (const part of ['cluster.single', 'cluster.multi', 'mqtt', 'chaosd', 'observability', 'github'])
      expect(said).toContain(`${part} of the config is not used`);
    expect(said).toContain('sdk_matrix versions');
    expect(said).toContain('ROBUSTMQ_HOME is not set');
  });

  it('is one with three parts commented out, and says what of it nobody knows', () => {
    const text = upstream('multi').replace(/^(chaosd|observability|github): .*$/gm, '$1:') + 'load: { messages: 5 }\n';
    const config = load(text);
    expect(config.load.messages).toBe(1000);
    const said = config.warnings.join('\n');
    expect(said).not.toMatch(/chaosd|observability|github/);
    expect(said).toContain("load of the config is not used: RobustMQ's own config has no such part");
  });
});

/** One value of that file is another; what is said of it, and nothing else is. */
const WRONG: readonly (readonly [what: string, from: string | RegExp, to: string, said: string])[] = [
  [
    'a port in quotes',
    '1883, http_port: 58080 }\n  multi',
    '"1883", http_port: 58080 }\n  multi',
    'line 6: cluster.single.mqtt_port: expected a number, got "1883"',
  ],
  [
    'a port of a node in quotes',
    'mqtt_port: 2883',
    'mqtt_port: "2883"',
    'line 10: cluster.multi.nodes.1.mqtt_port: expected a number, got "2883"',
  ],
  ['a port that is none', 'mqtt_port: 3883', 'mqtt_port: 99999', 'line 11: cluster.multi.nodes.2.mqtt_port: Too big'],
  ['an unknown mode', 'mode: multi', 'mode: many', 'line 5: cluster.mode: Invalid option'],
  ['no mode', '  mode: multi\n', '', 'line 2: cluster.mode: '],
  [
    'nodes that are no list',
    /nodes:\n(\s+- .*\n)+/,
    'nodes: 3\n',
    'line 8: cluster.multi.nodes: expected a list, got 3',
  ],
  ['an empty list of nodes', /nodes:\n(\s+- .*\n)+/, 'nodes: []\n', 'line 8: cluster.multi.nodes: Too small'],
  [
    'no nodes',
    /  multi:\n    nodes:\n(\s+- .*\n)+/,
    '',
    'line 2: cluster.multi.nodes: expected a list (mode is multi), got nothing',
  ],
  [
    'a program that is none',
    'binary: "bin/broker-server"',
    'binary: 7',
    'line 3: cluster.binary: expected text, got 7',
  ],
  [
    'a folder of a shell',
    '"/srv/robustmq"',
    '"~/robustmq"',
    'line 4: cluster.project_root: expected a path as it is, got ~/robustmq',
  ],
  [
    'an unknown SDK',
    'sdk: rust',
    'sdk: node',
    'line 21: sdk_matrix.p1.1.sdk: expected one of python, go, rust, java, java-paho, got node',
  ],
  ['an SDK without a name', 'sdk: java, ', '', 'line 23: sdk_matrix.p2.0.sdk: expected text, got nothing'],
  ['a matrix that is no list', /p2:\n.*\n/, 'p2: java\n', 'line 22: sdk_matrix.p2: expected a list, got text'],
  [
    'a login that is no section',
    /^mqtt: .*$/m,
    'mqtt: admin',
    'line 12: mqtt: expected a section (key: value), got text',
  ],
];

describe("RobustMQ's own chaos-test config with one value of another kind", () => {
  it.each(WRONG)('%s: is refused with that, and with its line', (_what, from, to, said) => {
    const text = upstream('multi').replace(from, to);
    expect(text).not.toBe(upstream('multi'));
    let message = '';
    try {
      load(text);
    } catch (error) {
      ({ message } = error as Error);
    }
    expect(message).toMatch(/config\.yml: 1 problem\n/);
    expect(message).toContain(`  ${said}`);
  });

  it('is a config of this program where it has scenarios', () => {
    expect(() => load(`${upstream('multi')}\nscenarios: []\n`)).toThrow(/cluster\.mode: unknown key/);
  });
});

const own = (cluster: string): string =>
  `cluster: { driver: robustmq, ${cluster} }\nscenarios:\n  - { name: kill, fault: broker-kill, target: broker-server }\n`;

describe("the broker's program", () => {
  it('lies in project_root, which lies beside the config', () => {
    expect(load(own('binary: libs/broker-server, project_root: rmq')).binary).toBe(
      join(folder, 'rmq', 'libs', 'broker-server'),
    );
  });

  it('lies in ROBUSTMQ_HOME where the config names no project_root, and then there is no warning', () => {
    vi.stubEnv('ROBUSTMQ_HOME', '/opt/robustmq');
    const config = load(own('binary: libs/broker-server'));
    expect(config.binary).toBe('/opt/robustmq/libs/broker-server');
    expect(config.warnings).toEqual([]);
  });

  it('is not known where the config says too little, and that keeps nobody from reading it', () => {
    expect(load(own('binary: libs/broker-server')).binary).toBeUndefined();
    expect(load(own('project_root: rmq')).binary).toBeUndefined();
  });
});
