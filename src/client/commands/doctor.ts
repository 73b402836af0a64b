import { join } from 'node:path';
import { inspect, describeInspection, type SetupInspection } from '#setup';
import { Command } from 'commander';
import { planFrom } from '../../config/plan.js';
import { notifySettings, publishing } from '../../config/publish.js';
import { checkEntries } from '../../host/lifecycle/plan.js';
import { withStarts } from '../../host/lifecycle/started-with.js';
import { roomForRun } from '../../domain/room.js';
import type { Scenario } from '../../domain/scenario.js';
import type { ClusterDriver, Targets } from '../../host/drivers/contract.js';
import { scriptProblems } from '../../host/clients/index.js';
import { driverNamed } from '../../host/drivers/index.js';
import { faults } from '../../host/faults/index.js';
import { dataFolder } from '../../host/doctor/disk.js';
import { abilities, type Ability } from '../../host/doctor/machine.js';
import { integrationAbilities } from '../../host/doctor/integrations.js';
import { metricsAbility } from '../../host/doctor/metrics.js';
import { clusterDir, runDir, writtenIn } from '../../host/layout/paths.js';
import { installRoot } from '../../host/os/tools.js';
import type { Config } from '../../config/load.js';
import { newerInData } from '../newer.js';
import { configOption, jsonOption, readConfig } from '../options.js';

interface Findings {
  readonly ok: boolean;
  readonly setup: SetupInspection;
  readonly abilities: readonly Ability[];
  readonly config: string;
  /** Publishing, telling people and metrics, as the config wants it. */
  readonly outside: readonly Ability[];
  readonly driverProblems: readonly string[];
  readonly clientProblems: readonly string[];
  readonly scenarios: readonly { readonly name: string; readonly problem: string | null }[];
}

/** A run would be refused, or could not write what it has to. */
const newerFile = (detail: string): Ability => ({ name: 'stored files', ok: false, needed: true, detail });

function scenarioProblem(scenario: Scenario, targets: Targets, driver: ClusterDriver): string | null {
  try {
    checkEntries(faults, scenario, targets, driver);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Can each scenario of the catalogue be done here, as far as can be told without a cluster? */
async function scenarioFindings(config: Config): Promise<Findings['scenarios']> {
  const driver = driverNamed(config.cluster.driver);
  const { nodes, network } = config.cluster;
  const targets = await driver.targets({ nodeCount: nodes, network });
  return config.scenarios.map((scenario) => ({
    name: scenario.name,
    problem: scenarioProblem(scenario, targets, driver),
  }));
}

const abilityLine = ({ ok, needed, name, detail }: Ability): string =>
  `${ok ? '✓' : needed ? '✗' : '–'} ${name}: ${detail}`;

function asText(findings: Findings): string {
  const line = (ok: boolean, text: string): string => `${ok ? '✓' : '✗'} ${text}`;
  return [
    describeInspection(findings.setup).trimEnd(),
    '',
    'machine',
    ...findings.abilities.map(abilityLine),
    '',
    `config ${findings.config}`,
    ...[...findings.driverProblems, ...findings.clientProblems].map((problem) => line(false, problem)),
    ...findings.scenarios.map(({ name, problem }) =>
      line(problem === null, `${name}${problem === null ? ' can be run' : `: ${problem}`}`),
    ),
    ...findings.outside.map(abilityLine),
    '',
    findings.ok ? 'ready: npm run round' : 'not ready: see ✗ above',
    '',
  ].join('\n');
}

export const doctorCommand = new Command('doctor')
  .description('check tools, machine, faults, publishing and messages; say what is missing; change nothing')
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (options: { readonly config: string; readonly json: boolean }) => {
    const config = readConfig(options.config);
    const setup = await inspect({ root: installRoot });
    const sdkRoot = join(installRoot, 'sdk_clients');
    const plan = withStarts(faults, planFrom(config, {}, 'doctor', { runDir, clusterDir, sdkRoot }));
    const room = roomForRun(plan);
    const clientProblems = scriptProblems(plan);
    const can = [
      ...(await abilities()),
      ...dataFolder(writtenIn(config.dataRoot), room),
      ...newerInData(config.dataRoot).map(newerFile),
    ];
    const driverProblems = await driverNamed(config.cluster.driver).preflight({
      network: config.cluster.network,
      binary: config.binary,
    });
    const scenarios = await scenarioFindings(config);
    const outside = [
      ...(await integrationAbilities(publishing(config).settings, notifySettings(config))),
      await metricsAbility(config.worker.metrics),
    ];
    const ok =
      setup.ok &&
      driverProblems.length + clientProblems.length === 0 &&
      [...can, ...outside].every((a) => a.ok || !a.needed) &&
      scenarios.every((s) => s.problem === null);
    const problems = { driverProblems, clientProblems };
    const findings = { ok, setup, abilities: can, config: config.path, outside, ...problems, scenarios };
    process.stdout.write(options.json ? `${JSON.stringify(findings, null, 2)}\n` : asText(findings));
    process.exitCode = ok ? 0 : 1;
  });
