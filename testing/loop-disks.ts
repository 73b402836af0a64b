import { diskProblem } from '../src/host/os/loop-disks.js';

const problem = diskProblem(['python3', 'fallocate']);
/** In continuous integration a machine that cannot do it is a failure, and not a reason to look away. */
export const canMountDisks = problem === undefined || process.env['CI'] === 'true';
if (!canMountDisks) process.stderr.write(`skipped, disks of nodes: ${String(problem)}\n`);
