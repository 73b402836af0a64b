import { Command } from 'commander';
import { ChaosError } from '../../domain/errors.js';
import { clusterWorkflowId } from '../../domain/ids.js';
import { clusterStatusQuery } from '../../workflows/messages.js';
import { connectClient, findPlace } from '../connection.js';
import { configOption, readConfig } from '../options.js';

export const cancelCommand = new Command('cancel')
  .description('cancel the run that holds the cluster: its fault is ended, its cluster stopped, its report written')
  .argument('[workflow_id]', 'absent: the run that holds the cluster')
  .addOption(configOption())
  .action(async (workflowId: string | undefined, options: { readonly config: string }) => {
    const config = readConfig(options.config);
    const place = findPlace(config.dataRoot);
    if (place === undefined) throw new ChaosError('PREFLIGHT_FAILED', 'Temporal does not run here, so no run does');
    const client = await connectClient(place);
    const held = client.workflow.getHandle(clusterWorkflowId(config.cluster.name));
    const id = workflowId ?? (await held.query(clusterStatusQuery).catch(() => undefined))?.holder?.workflowId;
    if (id === undefined) throw new ChaosError('PREFLIGHT_FAILED', `no run holds cluster ${config.cluster.name}`);
    await client.workflow.getHandle(id).cancel();
    process.stdout.write(`asked ${id} to cancel; watch it with: robustmq-chaos status\n`);
  });
