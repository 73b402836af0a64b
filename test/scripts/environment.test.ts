import {
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { stepEnvironment } from '../../scripts/setup/environment.mjs';
import { runMarked } from '../../scripts/setup/processes.mjs';
import { installRoot } from '../../src/host/os/tools.js';
import { temporaryFolder } from '../../testing/processes.js';

afterEach(() => void vi.unstubAllEnvs());

describe('the environment of a step of set-up', () => {
  it.each([
    ...['CARGO_TARGET_DIR', 'CARGO_BUILD_TARGET', 'CARGO_BUILD_TARGET_DIR', 'RUSTFLAGS', 'RUSTC_WRAPPER'],
    ...['GOFLAGS', 'GOOS', 'GOARCH', 'GOBIN', 'GOROOT', 'GO111MODULE', 'CGO_ENABLED'],
    ...['PIP_USER', 'PIP_TARGET', 'PIP_PREFIX', 'PYTHONPATH', 'PYTHONHOME', 'VIRTUAL_ENV'],
    ...['MAVEN_ARGS', 'JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS', 'JDK_JAVA_OPTIONS', 'CLASSPATH'],
    ...['NODE_OPTIONS', 'NODE_ENV', 'npm_config_prefix', 'npm_config_omit', 'NPM_CONFIG_IGNORE_SCRIPTS'],
  ])('has no %s of the person', (name) => {
    expect(stepEnvironment({ [name]: 'x', HOME: '/h' })).toEqual({ HOME: '/h', GOWORK: 'off' });
  });

  it.each([
    ...['PATH', 'HOME', 'JAVA_HOME', 'LANG', 'https_proxy', 'NO_PROXY', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'],
    ...['GOPROXY', 'GONOSUMDB', 'GOCACHE', 'CARGO_HOME', 'CARGO_HTTP_CAINFO', 'CARGO_NET_OFFLINE', 'RUSTUP_HOME'],
    ...['PIP_INDEX_URL', 'PIP_CERT', 'MAVEN_OPTS', 'npm_config_registry', 'npm_config_cache'],
  ])('has the person’s %s', (name) => {
    expect(stepEnvironment({ [name]: 'x' })[name]).toBe('x');
  });
});

it('a client of Go is built for this machine, where it belongs, under settings of other projects', async () => {
  const above = temporaryFolder();
  const folder = join(above, 'go');
  mkdirSync(folder);
  writeFileSync(join(above, 'go.work'), 'go 1.24\n');
  writeFileSync(join(folder, 'go.mod'), 'module client\n\ngo 1.24\n');
  writeFileSync(join(folder, 'main.go'), 'package main\n\nfunc main() { println("runs") }\n');
  copyFileSync(join(installRoot, 'sdk_clients/go/build.sh'), join(folder, 'build.sh'));
  vi.stubEnv('GOFLAGS', '-mod=vendor');
  vi.stubEnv('GOOS', 'darwin');
  const logFd = openSync(join(above, 'log'), 'w');
  const options = { root: above, cwd: folder, logFd, env: {} };
  await runMarked('./build.sh', [], options);
  await runMarked(join(folder, 'bin/basic-pubsub'), [], options);
  closeSync(logFd);
  expect(existsSync(join(folder, 'bin/basic-pubsub'))).toBe(true);
  expect(readdirSync(above).sort()).toEqual(['go', 'go.work', 'log']);
});

it.each(['TMPDIR', 'GOTMPDIR'])('a %s that is not there is left out', (name) => {
  expect(stepEnvironment({ [name]: '/none' })).toEqual({ GOWORK: 'off' });
  expect(stepEnvironment({ [name]: '/' })).toEqual({ [name]: '/', GOWORK: 'off' });
});

it('the client of Rust is built in a folder of any name, under settings of other projects', async () => {
  const above = temporaryFolder();
  const folder = join(above, "it's %41 #1 目é");
  mkdirSync(join(folder, 'src'), { recursive: true });
  mkdirSync(join(above, '.cargo'));
  const foreign = '[build]\ntarget = "wasm32-unknown-unknown"\nrustflags = ["-Cnone"]\n';
  writeFileSync(join(above, '.cargo/config.toml'), `${foreign}[source.crates-io]\nreplace-with = "none"\n`);
  writeFileSync(join(above, 'Cargo.toml'), '[workspace]\nmembers = []\n');
  const manifest = readFileSync(join(installRoot, 'sdk_clients/rust/Cargo.toml'), 'utf8');
  // Its dependencies take a minute; the rest of it is as it is.
  writeFileSync(join(folder, 'Cargo.toml'), manifest.replace(/\[dependencies\].*(?=\[profile)/s, ''));
  writeFileSync(join(folder, 'Cargo.lock'), 'version = 4\n\n[[package]]\nname = "sdk-client"\nversion = "1.0.0"\n');
  writeFileSync(join(folder, 'src/main.rs'), 'fn main() {}\n');
  copyFileSync(join(installRoot, 'sdk_clients/rust/build.sh'), join(folder, 'build.sh'));
  const logFd = openSync(join(above, 'log'), 'w');
  const options = { root: above, cwd: folder, logFd, env: {} };
  try {
    await runMarked('./build.sh', [], options);
    await runMarked(join(folder, 'target/release/sdk-client'), [], options);
  } catch (error) {
    throw new Error(readFileSync(join(above, 'log'), 'utf8'), { cause: error });
  } finally {
    closeSync(logFd);
  }
}, 60_000);
