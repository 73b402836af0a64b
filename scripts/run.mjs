#!/usr/bin/env node
// `npm run <command> -- <options>`: set-up, then the program. npm hands no options to a pre-hook, so `--sdk` could not reach set-up that way.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runSetup } from './setup/cli.mjs';
import { swallowedText } from './setup/swallowed.mjs';

const address = new URL('../dist/client/main.js', import.meta.url);
const program = fileURLToPath(address);
const options = process.argv.slice(2);

const swallowed = swallowedText(process.env, options);
if (swallowed !== undefined) {
  console.error(`robustmq-chaos: ${swallowed}`);
  process.exit(64);
}

/** The value of `--sdk x` or `--sdk=x`, as arguments for set-up. */
function sdkArguments() {
  const at = options.findIndex((option) => option === '--sdk' || option.startsWith('--sdk='));
  if (at < 0) return [];
  const [, value = options[at + 1] ?? ''] = options[at]?.split('=') ?? [];
  return ['--sdk', value];
}

if (options[0] === 'doctor' && !existsSync(program)) {
  // `doctor` changes nothing, so before the first build only set-up's part of the answer exists.
  process.exit(await runSetup(['--check', ...sdkArguments(), ...(options.includes('--json') ? ['--json'] : [])]));
}
const status = options[0] === 'doctor' ? 0 : await runSetup(sdkArguments());
if (status !== 0) process.exit(status);
process.argv[1] = program;
// By its address: in a path, `%`, `#` and `?` would mean something.
await import(address.href);
