// What every test file runs with: its temporary folders go when its tests are done, with every process that carries one as its mark.
// It is a setup file and not part of what makes the folders: files that share a worker import that only once.

import { afterAll } from 'vitest';
import { removeTemporaryFolders } from './processes.js';

afterAll(removeTemporaryFolders);
