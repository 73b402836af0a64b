import { Command } from 'commander';
import { clusterWorkflowId, scenarioWorkflowId } from '../../domain/ids.js';
import { driverNamed } from '../../host/drivers/index.js';
import { keeperOf } from '../../host/keeper-control.js';
import { readLease } from '../../host/lease.js';
import { clusterDir } from '../../host/paths.js';
import { openTickets } from '../../host/tickets.js';
import {
  clusterStatusQuery,
  runProgressQuery,
  scenarioProgressQuery,
  type Holder,
  type RunProgress,
  type ScenarioProgress,
} from '../../workflows/messages.js';
import { connectClient, findPlace, workflowUrl } from '../connection.js';
import { configOption, jsonOption, readConfig } from '../options.js';

interface Status {
  readonly cluster: string;
  readonly brokers: string;
  readonly lease: string | null;
  readonly keeper: number | null;
  readonly openFaults: readonly string[];
  readonly temporal: string | null;
  readonly holder: Holder | null;
  readonly run: RunProgress | null;
  readonly scenario: ScenarioProgress | null;
  readonly url: string | null;
}

type TemporalPart = Pick<Status, 'temporal' | 'holder' | 'run' | 'scenario' | 'url'>;

/** What Temporal knows; nothing is started for it, and a server or worker that does not answer is no error. */
async function fromTemporal(dataRoot: string, cluster: string): Promise<TemporalPart> {
  const place = findPlace(dataRoot);
  const nothing = { temporal: null, holder: null, run: null, scenario: null, url: null };
  if (place === undefined) return nothing;
  const client = await connectClient(place).catch(() => undefined);
  if (client === undefined) return nothing;
  const found = await client.workflow
    .getHandle(clusterWorkflowId(cluster))
    .query(clusterStatusQuery)
    .catch(() => undefined);
  const holder = found?.holder ?? null;
  const run =
    holder &&
    (await client.workflow
      .getHandle(holder.workflowId)
      .query(runProgressQuery)
      .catch(() => null));
  const child =
    holder && run?.current ? client.workflow.getHandle(scenarioWorkflowId(holder.workflowId, run.current)) : null;
  const scenario = child && (await child.query(scenarioProgressQuery).catch(() => null));
  return { temporal: place.address, holder, run, scenario, url: holder && workflowUrl(place, holder.workflowId) };
}

function asText(status: Status): string {
  const { run, scenario, holder } = status;
  const lines = [
    `cluster   ${status.cluster}: brokers ${status.brokers}${status.lease === null ? '' : `, run ${status.lease}`}${status.keeper === null ? '' : `, keeper ${status.keeper}`}`,
    `faults    ${status.openFaults.join('; ') || 'none open'}`,
    `Temporal  ${status.temporal ?? 'not running (start it with: robustmq-chaos dev)'}`,
    `run       ${holder === null ? 'none' : `${holder.workflowId}, ${run?.phase ?? 'no worker answers'}`}`,
    ...(run?.scenarios ?? []).map(({ name, status: state }) => `          ${name}: ${state}`),
    ...(scenario ? [`step      ${scenario.step} since ${scenario.since}: ${scenario.detail}`] : []),
    ...(status.url === null ? [] : [`Web UI    ${status.url}`]),
  ];
  return `${lines.join('\n')}\n`;
}

export const statusCommand = new Command('status')
  .description('what is running: cluster, faults, run, step')
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (options: { readonly config: string; readonly json: boolean }) => {
    const config = readConfig(options.config);
    const { name, driver } = config.cluster;
    const dir = clusterDir(config.dataRoot, name);
    const status: Status = {
      cluster: name,
      brokers: await driverNamed(driver).status(dir),
      lease: readLease(dir)?.runId ?? null,
      keeper: keeperOf(dir)?.pid ?? null,
      openFaults: openTickets(dir).map(
        (t) => `${t.faultId} (${t.kind} of ${t.targets.join(', ')}, ${t.state}, run ${t.runId})`,
      ),
      ...(await fromTemporal(config.dataRoot, name)),
    };
    process.stdout.write(options.json ? `${JSON.stringify(status, null, 2)}\n` : asText(status));
  });
