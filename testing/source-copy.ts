import { appendFileSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { installRoot } from '../src/host/os/tools.js';

/** A copy of the program's source, to which a test adds what a newcomer would add. */
export interface SourceCopy {
  readonly root: string;
  /** Writes a new file; it must not be there yet. */
  add(file: string, text: string): void;
  /** Adds one line at the end of a file. */
  append(file: string, line: string): void;
  /** Type-checks these modules of `src` and all that they import, and compiles them. Resolves to the compiler's complaints. */
  compile(modules: readonly string[]): Promise<string>;
  /** A compiled module, with the types of the source that was copied. */
  load<T>(module: string): Promise<T>;
}

/** Its packages and tools are those of this folder, by link. */
export function copySource(root: string): SourceCopy {
  // The build's own description of scripts/: the compiler asks for it.
  for (const part of [
    'src',
    'scripts',
    'dist/types-of-scripts',
    'package.json',
    'tsconfig.json',
    'tsconfig.scripts.json',
  ])
    cpSync(join(installRoot, part), join(root, part), { recursive: true });
  for (const part of ['node_modules', '.tools']) symlinkSync(join(installRoot, part), join(root, part));
  return {
    root,
    add: (file, text) => {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text, { flag: 'wx' });
    },
    append: (file, line) => appendFileSync(join(root, file), line),
    compile: async (modules) => {
      const config = {
        extends: './tsconfig.json',
        compilerOptions: { noEmit: false, noEmitOnError: true, sourceMap: false, rootDir: 'src', outDir: 'dist' },
        include: ['src/**/*.d.ts'],
        files: modules.map((module) => `src/${module}`),
        references: [{ path: './tsconfig.scripts.json' }],
      };
      writeFileSync(join(root, 'tsconfig.copy.json'), JSON.stringify(config));
      const tsc = join(installRoot, 'node_modules', '.bin', 'tsc');
      return (await execa(tsc, ['-p', 'tsconfig.copy.json'], { cwd: root, reject: false })).stdout;
    },
    load: <T>(module: string) => import(join(root, 'dist', module)) as Promise<T>,
  };
}
