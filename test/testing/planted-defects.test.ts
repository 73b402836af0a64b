import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defects, edit } from '../../testing/planted-defects.js';
import { installRoot } from '../../src/host/os/tools.js';
import { temporaryFolder } from '../../testing/processes.js';

// `npm run bench:defects` takes most of an hour; that what it plants can be planted is seen here.
it.each(defects.map((defect) => [`${defect.row}, ${defect.name}`, defect] as const))(
  'a defect of row %s: what it replaces is there, once',
  (_, defect) => {
    const folder = temporaryFolder();
    const source = join(installRoot, defect.where === 'dist' ? 'dist' : join('sdk_clients', defect.where));
    for (const { file } of defect.edits) cpSync(join(source, file), join(folder, file));
    expect(() => edit(folder, defect)).not.toThrow();
  },
);
