// Arguments: a process (pid:start), a folder. When that process is gone, ends whatever carries the folder's mark and removes the folder.

import { basename } from 'node:path';
import { pollUntil } from '../src/host/os/clock.js';
import { identify } from '../src/host/os/processes.js';
import { STAGE_PREFIX, sweep } from './stage.js';

const [owner = '', folder = ''] = process.argv.slice(2);
const [pid = -1, startTicks] = owner.split(':').map(Number);
if (!basename(folder).startsWith(STAGE_PREFIX)) throw new Error(`not a folder of ours: ${folder}`);
await pollUntil(() => Promise.resolve(identify(pid)?.startTicks !== startTicks || undefined), {
  limitMs: Number.MAX_SAFE_INTEGER,
  everyMs: 250,
});
await sweep(folder);
