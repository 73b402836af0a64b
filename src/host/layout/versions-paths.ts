import { join } from 'node:path';
import { dataPaths } from './paths.js';

/** What came of a series: its folder lies beside those of its runs. */
export const versionsPaths = (root: string, series: string): { readonly json: string; readonly markdown: string } => {
  const dir = join(dataPaths(root).series, series);
  return { json: join(dir, 'versions.json'), markdown: join(dir, 'versions.md') };
};
