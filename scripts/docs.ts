// `npm run docs`: writes the pages that are made from the code.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { faults } from '../src/host/faults/index.js';
import { faultsPage } from '../src/docs/faults-page.js';
import { injectors } from '../src/host/injectors/index.js';

const file = fileURLToPath(new URL('../docs/faults.md', import.meta.url));
writeFileSync(file, await format(faultsPage(faults, injectors), { ...(await resolveConfig(file)), filepath: file }));
