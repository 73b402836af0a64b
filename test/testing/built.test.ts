import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const files = ['bench', 'test', 'testing'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);

it('names modules of src that exist: the compiler does not look into these strings', () => {
  const named = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/built<[^>]*>\(\s*'([^']+)\.js'/g)].map(([, module]) => module ?? ''),
  );
  expect(named).toContain('temporal/connection');
  expect(named.filter((module) => !existsSync(join('src', `${module}.ts`)))).toEqual([]);
});
