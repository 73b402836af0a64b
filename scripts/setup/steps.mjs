// What set-up does, as data. A step runs when its outputs are missing or its inputs have changed, and only then.

import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { sdks } from './sdks.mjs';
import { ask, findOnPath, isAtLeast } from './versions.mjs';

/** @import { Sdk } from './sdks.mjs' */

/**
 * @typedef {object} StepContext
 * @property {string} root the project's folder
 * @property {(command: string, args: string[], options?: { cwd?: string, env?: Record<string, string> }) => Promise<void>} exec output goes to the step's log
 * @property {(toolchain: string) => string} command how a toolchain that was checked is called here
 *
 * @typedef {object} Step
 * @property {string} name
 * @property {string} doing one word for the progress line
 * @property {string[]} needs names of toolchains
 * @property {string[]} inputs files, folders, or names with `*`, relative to the root
 * @property {string[]} outputs paths that exist once it is done
 * @property {number} coldSeconds roughly, on two cores: what takes longest starts first
 * @property {string} [after] the step that has to be done before
 * @property {string} [recipe] what else decides the result: a version, options
 * @property {{ name: string, version: string }} [tool] a program that, found on PATH, spares the step
 * @property {string} [help] what to do when it fails
 * @property {(context: StepContext) => Promise<void>} run
 */

/**
 * Every step, with the SDK clients that were asked for.
 * @param {Sdk[]} chosen
 * @returns {Step[]}
 */
export function projectSteps(chosen = sdks) {
  return [
    nodeModules,
    build,
    wheelTool('temporal', '1.9.1'),
    // For tests of what takes weeks: its clock runs ahead where every workflow waits.
    wheelTool('temporal-test-server', '1.40.0'),
    wheelTool('nats-server', '2.15.1'),
    toxiproxy,
    // For the test of docs/examples.
    actionlint,
    ...chosen.map(sdkClient),
  ];
}

/** @type {Step} */
const nodeModules = {
  name: 'node-modules',
  doing: 'installing',
  needs: ['node', 'npm'],
  inputs: ['package.json', 'package-lock.json'],
  outputs: ['node_modules/.package-lock.json'],
  coldSeconds: 40,
  // Under NODE_ENV=production npm would leave the compiler out.
  run: ({ exec }) => exec('npm', ['ci', '--include=dev', '--no-audit', '--no-fund']),
};

/** @type {Step} */
const build = {
  name: 'build',
  doing: 'compiling',
  needs: ['node', 'npm'],
  after: 'node-modules',
  inputs: [
    'src',
    'tsconfig*.json',
    'scripts/os',
    'scripts/setup',
    'scripts/bundle*.mjs',
    'scripts/stamp*.mjs',
    'package-lock.json',
  ],
  outputs: ['dist/client/main.js', 'dist/workflow-bundle.js', 'dist/build.json'],
  coldSeconds: 20,
  run: ({ exec }) => exec('npm', ['run', 'build']),
};

const toxiproxy = goTool({
  name: 'toxiproxy',
  program: 'toxiproxy-server',
  module: 'github.com/Shopify/toxiproxy/v2',
  command: 'cmd/server',
  version: '2.12.0',
  versionIn: 'github.com/Shopify/toxiproxy/v2.Version',
  coldSeconds: 30,
});

const actionlint = goTool({
  name: 'actionlint',
  program: 'actionlint',
  module: 'github.com/rhysd/actionlint',
  command: 'cmd/actionlint',
  version: '1.7.12',
  coldSeconds: 7,
});

/**
 * A program that Go builds from a pinned module.
 * @param {{ name: string, program: string, module: string, command: string, version: string, versionIn?: string, coldSeconds: number }} tool
 *   `command` is the folder of the program in its module; `versionIn`: the variable that it tells its version from
 * @returns {Step}
 */
function goTool({ name, program, module, command, version, versionIn, coldSeconds }) {
  return {
    name,
    doing: 'building',
    needs: ['go', 'git'],
    inputs: [],
    recipe: `${module} ${version}`,
    outputs: [`.tools/bin/${program}`],
    coldSeconds,
    tool: { name: program, version },
    help: 'Go checks this module against its public checksum database; both have to be within reach.',
    async run({ root, exec }) {
      const GOBIN = join(root, '.tools', name);
      const flags = versionIn === undefined ? [] : ['-ldflags', `-X ${versionIn}=${version}`];
      await exec('go', ['install', ...flags, `${module}/${command}@v${version}`], { env: { GOBIN } });
      mkdirSync(join(root, '.tools/bin'), { recursive: true });
      renameSync(join(GOBIN, basename(command)), join(root, '.tools/bin', program));
      rmSync(GOBIN, { recursive: true });
    },
  };
}

/**
 * A server that comes as a hash-checked Python wheel, in a virtual environment of its own.
 * @param {string} name the program, and the requirements file under tools/
 * @param {string} version as pinned in that file
 * @returns {Step}
 */
function wheelTool(name, version) {
  const folder = `.tools/${name}`;
  return {
    name,
    doing: 'downloading',
    needs: ['python'],
    inputs: [`tools/${name}.txt`],
    outputs: [`.tools/bin/${name}`],
    coldSeconds: 10,
    tool: { name, version },
    help: `A ${name} ${version} or newer on PATH is used instead of the download.`,
    async run({ root, exec, command }) {
      await exec(command('python'), ['-m', 'venv', '--clear', folder]);
      await exec(`${folder}/bin/python`, [
        '-m',
        'pip',
        'install',
        '--require-hashes',
        '--only-binary=:all:',
        '-r',
        `tools/${name}.txt`,
      ]);
      linkTool(root, name, join(root, folder, 'bin', name));
    },
  };
}

/** @param {Sdk} sdk @returns {Step} */
function sdkClient({ name, needs, artefact, builtFrom, coldSeconds, after }) {
  const folder = `sdk_clients/${name}`;
  return {
    name: `sdk-${name}`,
    doing: 'building',
    needs,
    inputs: builtFrom?.map((path) => `${folder}/${path}`) ?? [folder],
    outputs: [`${folder}/${artefact}`],
    coldSeconds,
    ...(after === undefined ? {} : { after }),
    run: ({ root, exec, command }) =>
      exec('./build.sh', [], {
        cwd: join(root, folder),
        env: needs.includes('python') ? { PYTHON: command('python') } : {},
      }),
  };
}

/**
 * Puts a tool where the program looks for it. The link is relative inside the project, so that the folder may be moved.
 * @param {string} root
 * @param {string} name
 * @param {string} target
 */
export function linkTool(root, name, target) {
  const link = join(root, '.tools/bin', name);
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(target.startsWith(`${root}/`) ? relative(dirname(link), target) : target, link);
}

/**
 * A tool on PATH serves if it is the pinned version or a newer one of the same major version.
 * @param {Step} step
 * @returns {Promise<{ path: string, version: string } | null>}
 */
export async function toolOnPath({ tool }) {
  const path = tool === undefined ? null : findOnPath(tool.name);
  if (tool === undefined || path === null) return null;
  const { ok, output } = await ask(path, ['--version']);
  const version = ok ? /(\d+\.\d+\.\d+)/.exec(output)?.[1] : undefined;
  if (
    version === undefined ||
    version.split('.')[0] !== tool.version.split('.')[0] ||
    !isAtLeast(version, tool.version)
  )
    return null;
  return { path, version };
}
