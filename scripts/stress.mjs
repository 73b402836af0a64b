#!/usr/bin/env node
// `npm run test:stress`: the whole suite while two busy loops run beside it. Arguments go to vitest. The exit status is the suite's.

import { fileURLToPath } from 'node:url';
import { underLoad } from './test/under-load.mjs';

const LOOPS = 2;
const suite = fileURLToPath(new URL('test.mjs', import.meta.url));

const status = await underLoad(LOOPS, [process.execPath, suite, ...process.argv.slice(2)]);
console.log(`${status === 0 ? 'green' : 'NOT GREEN'} while ${LOOPS} busy loops ran beside it`);
process.exitCode = typeof status === 'number' ? status : 1;
