/** How a run gets a newer broker before it starts one. */
export interface BrokerUpdate {
  /** Program and arguments; no shell. */
  readonly command: readonly string[];
  /** Folder that it runs in: that of the config. */
  readonly cwd: string;
  /** A command that runs longer is ended, with all that it has started. */
  readonly limitMs: number;
}

/** How the command ended: `update-exit.json` of a run, by the process that watched it. */
export interface UpdateExit {
  /** Null: by a signal, or it never began. */
  readonly code: number | null;
  /** Why there is no exit status. */
  readonly problem: string | null;
  /** Null: it is not known how long it ran. */
  readonly seconds: number | null;
}

/** What became of it: `update.json` of a run. */
export interface BrokerUpdated {
  /** False: the broker of before is used. */
  readonly ok: boolean;
  /** In words, for the report. */
  readonly text: string;
  /** Of the broker's program; null: there was none. */
  readonly sha256Before: string | null;
  readonly sha256After: string | null;
}

const short = (sha256: string | null): string => (sha256 === null ? 'none' : `sha256 ${sha256.slice(0, 12)}`);

/** What is where the broker's program has to be. */
export interface Program {
  /** Why it cannot be one; null: it may be. */
  readonly whyNot: string | null;
}

/** What went wrong; null: the command has done its work. */
export function updateProblem(exit: UpdateExit | undefined, program: Program | null): string | null {
  if (exit === undefined) return 'its process is gone, and left no exit status';
  if (exit.problem !== null) return exit.problem;
  if (exit.code !== 0) return `exit status ${exit.code ?? 'unknown'}`;
  if (program === null) return 'exit status 0, but there is no program of the broker';
  return program.whyNot === null ? null : `exit status 0, but ${program.whyNot}`;
}

/** The end of an update in words. `lastLine`: what the command said last. */
export function updatedText(
  { sha256Before, sha256After }: Pick<BrokerUpdated, 'sha256Before' | 'sha256After'>,
  { problem, seconds, lastLine }: { problem: string | null; seconds: number | null; lastLine: string },
): string {
  if (problem !== null) {
    const said = lastLine === '' ? '' : `, its last words: ${lastLine}`;
    const used =
      sha256Before === null
        ? 'and there was no broker before'
        : `the broker of before is used (${short(sha256Before)})`;
    return `cluster.update failed (${problem}${said}); ${used}; see update.log in the run's folder`;
  }
  const took = seconds === null ? '' : `, ${Math.round(seconds)} s`;
  return sha256Before === sha256After
    ? `cluster.update: the broker is the same as before (${short(sha256After)}${took})`
    : `cluster.update: the broker is another one, ${short(sha256Before)} → ${short(sha256After)}${took}`;
}
