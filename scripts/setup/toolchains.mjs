// The toolchains that must be on the machine, with the version that each needs and what to install where it is missing.

import { join } from 'node:path';
import { ask, isAtLeast } from './versions.mjs';

/**
 * @typedef {{ found: string | null, version: string | null, command?: string }} Probe
 *   `found` is for people, `version` is compared (null: unusable), `command` is what to call.
 * @typedef {{ name: string, needed: string, install: string, probe: () => Promise<Probe> }} Toolchain
 * @typedef {{ name: string, found: string | null, needed: string, ok: boolean, install: string, command: string | null }} ToolchainReport
 */

/** @type {Toolchain[]} */
export const toolchains = [
  {
    name: 'node',
    needed: '20.3',
    install: 'nodejs (Debian 13), or Node 22 with nvm',
    probe: async () => ({ found: process.versions.node, version: process.versions.node }),
  },
  {
    name: 'npm',
    needed: '9',
    install: 'npm (Debian package; it is part of the official Node)',
    probe: () => versionOf('npm', ['--version']),
  },
  {
    name: 'python',
    needed: '3.10',
    install: 'python3 and python3-venv (Debian packages)',
    probe: probePython,
  },
  {
    name: 'go',
    needed: '1.24',
    install: 'golang-go (Debian 13), or the official Go archive',
    probe: () => versionOf('go', ['version'], /go(\d+(?:\.\d+)+)/),
  },
  {
    name: 'cargo',
    needed: '1.85',
    install: 'cargo (Debian 13), or the official rustup',
    probe: () => versionOf('cargo', ['--version']),
  },
  {
    name: 'cc',
    needed: 'any',
    install: 'gcc and libc6-dev (Debian packages): Rust links with them',
    probe: () => versionOf('cc', ['--version']),
  },
  {
    name: 'jdk',
    needed: '17',
    install: 'default-jdk-headless (Debian package)',
    probe: probeJdk,
  },
  {
    name: 'maven',
    needed: '3.6',
    install: 'maven (Debian package)',
    probe: () => versionOf('mvn', ['-v'], /Apache Maven (\d+(?:\.\d+)+)/),
  },
  {
    name: 'git',
    needed: 'any',
    install: 'git (Debian package)',
    probe: () => versionOf('git', ['--version']),
  },
];

/**
 * Looks at the named toolchains, all at once, and never throws for one that is missing.
 * @param {Iterable<string>} names
 * @param {Toolchain[]} table
 * @returns {Promise<ToolchainReport[]>} in the table's order
 */
export function checkToolchains(names, table = toolchains) {
  const wanted = new Set(names);
  return Promise.all(
    table
      .filter(({ name }) => wanted.has(name))
      .map(async ({ name, needed, install, probe }) => {
        const { found, version, command = null } = await probe();
        return { name, found, needed, ok: version !== null && isAtLeast(version, needed), install, command };
      }),
  );
}

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<Probe>}
 */
async function versionOf(command, args, pattern = /(\d+(?:\.\d+)+)/) {
  const { started, ok, output } = await ask(command, args);
  if (!started) return { found: null, version: null };
  const version = ok ? (pattern.exec(output)?.[1] ?? null) : null;
  return { found: version ?? `${command} does not run: ${output.split('\n')[0]}`, version, command };
}

/** Debian's python3 comes without ensurepip, and some systems' python3 is old while a newer one has its number in the name. */
async function probePython() {
  /** @type {Probe} */
  let best = { found: null, version: null };
  for (const command of ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10']) {
    const script = 'import sys; print("%d.%d.%d" % sys.version_info[:3], flush=True); import venv, ensurepip';
    const { started, ok, output } = await ask(command, ['-c', script]);
    const version = /^\d+\.\d+\.\d+/.exec(output)?.[0];
    if (!started || version === undefined) continue;
    if (ok && isAtLeast(version, '3.10')) return { found: version, version, command };
    best =
      best.found === null
        ? { found: ok ? version : `${version} without venv and ensurepip`, version: ok ? version : null }
        : best;
  }
  return best;
}

/** Maven compiles with JAVA_HOME's JDK where that is set; the client runs with the `java` on PATH. Both have to be new enough. */
async function probeJdk() {
  const home = process.env.JAVA_HOME;
  const [compiler, runtime] = await Promise.all([
    versionOf(home ? join(home, 'bin/javac') : 'javac', ['-version'], /javac (\d+(?:\.\d+)*)/),
    versionOf('java', ['-version'], /version "(\d+(?:\.\d+)*)/),
  ]);
  if (compiler.version === null || runtime.version === null) {
    if (runtime.version !== null) return { found: `${runtime.version}, a runtime without javac`, version: null };
    return {
      found: compiler.version === null ? runtime.found : `${compiler.version}, but no java on PATH`,
      version: null,
    };
  }
  return isAtLeast(compiler.version, runtime.version) ? runtime : compiler;
}
