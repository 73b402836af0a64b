import { shellQuoted } from './shell.js';

/** What started a run, or would: a round, or one scenario, on some of the SDKs of a config. */
export interface Start {
  readonly configPath: string;
  readonly scenario?: string | undefined;
  readonly sdks?: readonly string[] | undefined;
}

/** The command that starts a run, as a person may paste it. */
export function runCommandLine({ configPath, scenario, sdks }: Start): string {
  const words = [
    ...['robustmq-chaos', ...(scenario === undefined ? ['round'] : ['scenario', scenario])],
    ...(sdks === undefined ? [] : ['--sdk', sdks.join(',')]),
    ...['--config', configPath],
  ];
  return words.map(shellQuoted).join(' ');
}

/** How a person goes on whose run was refused because another one, `workflowId`, holds the cluster. */
export function heldHelp(configPath: string, workflowId: string): string {
  const config = `--config ${shellQuoted(configPath)}`;
  return (
    `To watch it: robustmq-chaos status ${config}. To end it in good order: robustmq-chaos cancel ${shellQuoted(workflowId)} ${config}. ` +
    'To end it and then start the new run: the same command again with --cancel-first'
  );
}
