// `npm run docs`: writes the pages that are made from the code.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { faultsPage } from '../src/docs/faults-page.js';
import { guaranteesPage } from '../src/docs/guarantees-page.js';
import { guarantees } from '../src/domain/guarantees/index.js';
import { faults } from '../src/host/faults/index.js';
import { injectors } from '../src/host/injectors/index.js';
import { SCHEMA_FILES, schemaOf } from './schemas.js';

async function write(name: string, text: string): Promise<void> {
  const file = fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
}

await write('faults.md', faultsPage(faults, injectors));
await write('guarantees.md', guaranteesPage(guarantees));
for (const name of SCHEMA_FILES) await write(name, schemaOf(name));
