// Kills or pauses anything, takes ports, fills the disk and steps the clock at any moment of a real round, and looks whether everything that was broken is whole again and nothing is left behind.
//   npm run bench:kill-anything -- [--count 200] [--from 1] [--seed text] [--only 17,23] [--jobs 2] [--keep]
// One command, one seed; `--from 101` goes on with it, `--only` replays single cases of it. Exit status 0 if every case held.

import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { endAll, runCase, type CaseResult } from './kill-anything/case.js';
import { planCase } from './kill-anything/plan.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: randomBytes(4).toString('hex') },
    from: { type: 'string', default: '1' },
    only: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    keep: { type: 'boolean', default: false },
  },
});

const from = Number(values.from);
const numbers =
  values.only === undefined
    ? Array.from({ length: Number(values.count) }, (_, i) => from + i)
    : values.only.split(',').map(Number);
const total = numbers.length;
console.log(
  `seed ${values.seed}, ${total} cases; again: npm run bench:kill-anything -- --seed ${values.seed} --only <case>`,
);

let done = 0;
const failed: string[] = [];

function tell({ plan, done: what, headline, problems, seconds, root }: CaseResult): void {
  done += 1;
  const { name, scenario, sdk, harm, victims, moment, afterMs, leaseSeconds } = plan;
  const when = `${moment}+${(afterMs / 1000).toFixed(2)}s`;
  const meant = `${scenario.name}, ${sdk}, lease ${leaseSeconds}s: ${[harm, ...victims].join(' ')} at ${when}`;
  const result = `[${what}] ${headline}, ${seconds.toFixed(1)} s`;
  console.log(`${problems.length === 0 ? '✓' : '✗'} ${done} of ${total}  ${name}  ${meant} → ${result}`);
  for (const problem of problems) console.log(`      ${problem}`);
  if (problems.length === 0) return;
  failed.push(name);
  if (values.keep) console.log(`      kept: ${root}`);
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void endAll().then(() => process.exit(130)));
}

async function work(): Promise<void> {
  for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
    tell(await runCase(planCase(values.seed, number), values.keep));
  }
}

await Promise.all(Array.from({ length: Number(values.jobs) }, work));
console.log(
  `\n${total - failed.length} of ${total}: every fault over, nothing left behind, no false PASS, no false blame` +
    (failed.length > 0 ? `; failed: ${failed.join(', ')}` : ''),
);
process.exitCode = failed.length === 0 ? 0 : 1;
