import { readdirSync } from 'node:fs';
import { cgroupProblem } from '../src/host/os/cgroup-place.js';

const problem = cgroupProblem('cpu') ?? cgroupProblem('memory');
/** In continuous integration a machine that cannot do it is a failure, and not a reason to look away. */
export const canLimit = problem === undefined || process.env['CI'] === 'true';
if (!canLimit) process.stderr.write(`skipped, limits by control groups: ${String(problem)}\n`);

/** Control groups of this program's on this host, of whatever fault. */
export const groupsLeft = (): string[] =>
  readdirSync('/sys/fs/cgroup', { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(^|\/)robustmq-chaos-[^/]*$/.test(name),
  );
