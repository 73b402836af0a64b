import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig, type Config } from '../../src/config/load.js';
import { drivers } from '../../src/host/drivers/index.js';
import { faults } from '../../src/host/faults/index.js';

const known = { drivers: drivers.map((driver) => driver.name), faults };

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

  it('is refused where a value is none of its kind', () => {
    expect(() => load(upstream('many'))).toThrow(/scenarios/);
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
