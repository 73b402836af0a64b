import { namespaceProblems } from '../src/host/os/namespaces.js';

const problems = namespaceProblems();
/** In continuous integration a machine that cannot do it is a failure, and not a reason to look away. */
export const canIsolate = problems.length === 0 || process.env['CI'] === 'true';
if (!canIsolate) process.stderr.write(`skipped, clusters in network namespaces: ${problems.join('; ')}\n`);
