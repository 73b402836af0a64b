#!/usr/bin/env node
// `npm run docs`: writes the pages that are made from the code.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { faults } from '../dist/host/faults/index.js';
import { faultsPage } from '../dist/docs/faults-page.js';
import { injectors } from '../dist/host/injectors/index.js';
import { SCHEMA_FILES, schemaOf } from './schemas.mjs';

async function write(name, text) {
  const file = fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
}

await write('faults.md', faultsPage(faults, injectors));
for (const name of SCHEMA_FILES) await write(name, schemaOf(name));
