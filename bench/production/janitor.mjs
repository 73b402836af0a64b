// `node janitor.mjs <pid:start> <folder>`: when that process is gone, ends whatever carries the folder's mark and removes the folder.

import { basename } from 'node:path';
import { pollUntil } from '../../dist/host/os/clock.js';
import { identify } from '../../dist/host/os/processes.js';
import { sweep } from './stage.mjs';

const [owner = '', folder = ''] = process.argv.slice(2);
const [pid, startTicks] = owner.split(':').map(Number);
if (!basename(folder).startsWith('robustmq-chaos-production-')) throw new Error(`not a folder of ours: ${folder}`);
await pollUntil(async () => identify(pid)?.startTicks !== startTicks || undefined, {
  limitMs: Number.MAX_SAFE_INTEGER,
  everyMs: 250,
});
await sweep(folder);
