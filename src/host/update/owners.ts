/** Marks of the processes of one update. */
export const watcherOwner = (runDir: string): string => `${runDir}#update`;
export const commandOwner = (runDir: string): string => `${runDir}#update/command`;
export const isOfUpdate =
  (runDir: string) =>
  (owner: string): boolean =>
    owner === watcherOwner(runDir) || owner === commandOwner(runDir);

/** What reaches a server elsewhere is reached by these, in either case. */
const PROXIES = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'];

/** What the command is told, beside PATH, HOME and locale: no secret of the worker is among it. */
export function updateEnvironment({
  runId,
  binary,
}: {
  readonly runId: string;
  readonly binary?: string | undefined;
}): Record<string, string> {
  const proxies = PROXIES.flatMap((name) => [name, name.toUpperCase()]).flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(proxies), ROBUSTMQ_CHAOS_RUN_ID: runId, ROBUSTMQ_CHAOS_BINARY: binary ?? '' };
}
