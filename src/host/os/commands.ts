import { execa } from 'execa';

/** What a command of the system said. `code` is null if it could not be started. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command by its argument list, never through a shell; in a network namespace if one is named. Never rejects. */
export type RunCommand = (
  command: string,
  args: readonly string[],
  namespace?: string | null,
) => Promise<CommandResult>;

const LIMIT_MS = 10_000;

export const namespaceFile = (namespace: string): string => `/run/netns/${namespace}`;

export const runCommand: RunCommand = async (command, args, namespace = null) => {
  const [file, all] =
    namespace === null ? [command, args] : ['nsenter', [`--net=${namespaceFile(namespace)}`, command, ...args]];
  const { exitCode, stdout, stderr, code, timedOut } = await execa(file, all, { reject: false, timeout: LIMIT_MS });
  if (timedOut) return { code: null, stdout, stderr: `${command}: no answer within ${LIMIT_MS} ms` };
  return {
    code: exitCode ?? null,
    stdout,
    stderr: exitCode === undefined ? `${command}: ${code ?? 'not started'}` : stderr,
  };
};

/** Runs a command that must succeed; the error says which one, and the first line of what it said. */
export async function mustRun(
  run: RunCommand,
  command: string,
  args: readonly string[],
  namespace?: string | null,
): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, namespace);
  if (code === 0) return stdout;
  const where = namespace == null ? '' : ` in namespace ${namespace}`;
  throw new Error(
    `${command} ${args.join(' ')}${where}: ${stderr.trim().split('\n')[0] ?? ''} (status ${String(code)})`,
  );
}
