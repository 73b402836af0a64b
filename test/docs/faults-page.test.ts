import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { faults } from '../../src/host/faults/index.js';
import { faultsPage } from '../../src/docs/faults-page.js';
import { injectors } from '../../src/host/injectors/index.js';
import { installRoot } from '../../src/host/os/tools.js';

const file = join(installRoot, 'docs', 'faults.md');

describe('docs/faults.md', () => {
  it('is what the code says (else: npm run docs)', async () => {
    const options = { ...(await resolveConfig(file)), filepath: file };
    expect(readFileSync(file, 'utf8')).toBe(await format(faultsPage(faults, injectors), options));
  });
});
