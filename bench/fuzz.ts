// The property tests of the suite for longer: another seed, and many times the values.

import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { execa } from 'execa';

const { values } = parseArgs({ options: { seed: { type: 'string' }, times: { type: 'string', default: '50' } } });
const seed = values.seed ?? String(Date.now() % 2 ** 31);
if (!/^\d{1,10}$/.test(seed) || !/^[1-9]\d{0,5}$/.test(values.times)) {
  process.stderr.write(`expected whole numbers as --seed and --times, got ${seed} and ${values.times}\n`);
  process.exit(64);
}

const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .map((file) => `test/${file}`)
  .filter((file) => file.endsWith('.test.ts') && readFileSync(file, 'utf8').includes('/testing/properties.js'));

process.stdout.write(`npm run bench:fuzz -- --seed ${seed} --times ${values.times}: ${files.length} files\n`);
const env = { CHAOS_FUZZ_SEED: seed, CHAOS_FUZZ_TIMES: values.times };
const { exitCode } = await execa('npx', ['vitest', 'run', ...files], { env, stdio: 'inherit', reject: false });
process.exitCode = exitCode ?? 1;
