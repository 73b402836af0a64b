import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { guaranteesPage } from '../../src/docs/guarantees-page.js';
import type { Guarantee } from '../../src/domain/guarantees/guarantee.js';
import { guarantees } from '../../src/domain/guarantees/index.js';
import { installRoot } from '../../src/host/os/tools.js';
import { readTables, rendered } from '../../testing/gfm.js';

const file = join(installRoot, 'docs', 'guarantees.md');

it('docs/guarantees.md is what the code says (else: npm run docs)', async () => {
  const options = { ...(await resolveConfig(file)), filepath: file };
  expect(readFileSync(file, 'utf8')).toBe(await format(guaranteesPage(guarantees), options));
});

it('each guarantee is a row with everything that its checker says of itself, whatever signs it uses', () => {
  const odd: Guarantee = { ...guarantees[0]!, rule: 'a | b', unknown: 'c || d' };
  const rows = readTables(rendered(guaranteesPage([odd, guarantees[1]!]))).slice(-2);
  expect(rows).toEqual(
    [odd, guarantees[1]!].map(({ name, rule, section, needs, unknown }) => [name, rule, section, needs, unknown]),
  );
});
