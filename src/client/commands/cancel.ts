import { Command } from 'commander';
import { ChaosError } from '../../domain/errors.js';
import { clusterStatus } from '../cluster-status.js';
import { requireTemporal } from '../../temporal/connection.js';
import { configOption, readConfig } from '../options.js';

export const cancelCommand = new Command('cancel')
  .description('cancel the run that holds the cluster: ends its fault, stops its cluster, writes its report')
  .argument('[workflow_id]', 'default: the run that holds the cluster')
  .addOption(configOption())
  .action(async (workflowId: string | undefined, options: { readonly config: string }) => {
    const config = readConfig(options.config);
    const { client } = await requireTemporal(config.dataRoot);
    const id = workflowId ?? (await clusterStatus(client, config.cluster.name)).holder?.workflowId;
    if (id === undefined) throw new ChaosError('PREFLIGHT_FAILED', `no run holds cluster ${config.cluster.name}`);
    await client.workflow.getHandle(id).cancel();
    process.stdout.write(`asked ${id} to cancel; watch it with: robustmq-chaos status\n`);
  });
