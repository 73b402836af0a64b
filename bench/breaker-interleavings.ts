// Random interleavings of {a run fails, passes, is terminated at a random moment, somebody resumes, the worker is killed, the server is killed} end with
// the count of a model. `npm run bench:breaker`: 100 of them, a new seed each time; `-- --seed N --count 1` replays one. Each has a cluster of its own,
// a dozen at a time share a server and a worker, so that a kill hits all that are under way. Clusters are rehearsals, which fail in about a second.
import { parseArgs } from 'node:util';
import { playInterleaving } from './breaker/interleaving.js';
import { planOf, stepText } from './breaker/plan.js';
import { openStage, type Stage } from './breaker/stage.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string', default: '100' },
    together: { type: 'string', default: '12' },
  },
});
const first = Number(values.seed ?? Date.now() % 1_000_000);
const count = Number(values.count);

const reasons = ({ message, cause }: Error): string =>
  cause instanceof Error ? `${message}: ${reasons(cause)}` : message;

async function play(stage: Stage, seed: number): Promise<{ readonly text: string; readonly problem?: string }> {
  const steps = planOf(seed);
  const text = steps.map(stepText).join(', ');
  try {
    const { count: failures, open, recorded } = await playInterleaving(stage, `c${seed}`, steps);
    return {
      text: `${text} → ${recorded.length} counted or reset, count ${failures}, ${open === null ? 'closed' : 'open'}`,
    };
  } catch (error) {
    return { text, problem: reasons(error as Error) };
  }
}

console.log(`seeds ${first} to ${first + count - 1}`);
const began = process.hrtime.bigint();
const seconds = (): number => Number(process.hrtime.bigint() - began) / 1e9;
const stage = openStage();
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void stage.close().then(() => process.exit(130)));
const seeds = Array.from({ length: count }, (_, i) => first + i);
let [done, right] = [0, 0];
const player = async (): Promise<void> => {
  for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
    const { text, problem } = await play(stage, seed);
    done += 1;
    if (problem === undefined) right += 1;
    console.log(
      `${String(done).padStart(3)} of ${count}  seed ${seed}  ${problem === undefined ? 'ok' : `WRONG: ${problem}`}\n        ${text}`,
    );
  }
};
try {
  await Promise.all(Array.from({ length: Math.min(Number(values.together), count) }, player));
} finally {
  const { worker, server } = stage.deaths();
  await stage.close();
  console.log(`${worker} deaths of a worker, ${server} of the server; ${seconds().toFixed(0)} s`);
}
console.log(`${right} of ${count} interleavings end as the model says`);
process.exitCode = right === count ? 0 : 1;
process.exit();
