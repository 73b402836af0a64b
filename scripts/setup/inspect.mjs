// What is there and what is missing, as plain data. Changes nothing; `setup --check` and `doctor` show it.

import { stepState } from './state.mjs';
import { projectSteps, toolOnPath } from './steps.mjs';
import { checkToolchains, toolchains as allToolchains } from './toolchains.mjs';

/** @import { Step } from './steps.mjs' */
/** @import { Toolchain, ToolchainReport } from './toolchains.mjs' */

/**
 * A toolchain as it was found; `found` is for people, and null where there is none.
 * @typedef {Omit<ToolchainReport, 'command'>} ToolchainInspection
 * @typedef {{ ok: boolean, toolchains: ToolchainInspection[], steps: { name: string, state: 'ready' | 'missing' | 'stale' }[] }} SetupInspection
 */

/**
 * Looks at the steps of set-up and at the toolchains that they need. Takes up to a second: it starts each toolchain once.
 * @param {{ root: string, steps?: Step[], toolchains?: Toolchain[] }} options
 * @returns {Promise<SetupInspection>}
 */
export async function inspect({ root, steps = projectSteps(), toolchains = allToolchains }) {
  const states = steps.map((step) => ({ name: step.name, state: stepState(root, step) }));
  const onPath = await Promise.all(steps.map(toolOnPath));
  const needed = steps.filter((_, index) => onPath[index] === null).flatMap(({ needs }) => needs);
  const reports = await checkToolchains(needed, toolchains);
  return {
    ok: reports.every(({ ok }) => ok) && states.every(({ state }) => state === 'ready'),
    toolchains: reports.map(({ name, found, needed: atLeast, ok, install }) => ({
      name,
      found,
      needed: atLeast,
      ok,
      install,
    })),
    steps: states,
  };
}

/**
 * The same for a person.
 * @param {SetupInspection} inspection
 * @returns {string}
 */
export function describeInspection({ ok, toolchains, steps }) {
  const mark = (/** @type {boolean} */ good) => (good ? 'ok     ' : 'MISSING');
  return [
    'Toolchains',
    ...toolchains.map((it) => `  ${mark(it.ok)}  ${it.name.padEnd(12)}${describeToolchain(it)}`),
    'Steps of set-up',
    ...steps.map(({ name, state }) => `  ${state.padEnd(7)}  ${name}`),
    ok ? 'Everything is there.' : 'Set-up does what is missing: npm run setup',
  ].join('\n');
}

/**
 * @param {ToolchainInspection} toolchain
 * @returns {string}
 */
export function describeToolchain({ found, needed, ok, install }) {
  const wanted = needed === 'any' ? 'any version' : `${needed} or newer`;
  return ok ? `${found} (needed: ${wanted})` : `found: ${found ?? 'nothing'}; needed: ${wanted}; install: ${install}`;
}
