import { accessSync, closeSync, constants, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import type { RunPlan } from '../../domain/plan.js';
import { clientsOf } from '../../domain/scenario.js';
import { octalMode } from '../os/files.js';
import { wrongElf } from './elf.js';

/** Where the script of a client is: `basic-pubsub.sh`, or what the config calls the workload. */
export const scriptOf = (sdkRoot: string, sdk: string, workload: string): string =>
  join(sdkRoot, sdk, `${workload}.sh`);

/** The kernel reads no more of a file to find out what it is, and wants a whole first line of a script in it. */
const HEAD_BYTES = 256;

/**
 * Why a client's script cannot be started, with what to do; undefined if it can. The kernel says ENOENT of a script whose interpreter is missing, and
 * without a `#!` hands whatever it is to sh, so that is looked at before.
 */
export function scriptProblem(script: string): string | undefined {
  const why = missing(script) ?? unusable(script);
  return why && `${script}: ${why}`;
}

/** The problems of every client of a run, each once; none of those that can be started. */
export function scriptProblems(plan: Pick<RunPlan, 'sdkRoot' | 'sdks' | 'workload' | 'scenarios'>): string[] {
  const scripts = [null, ...plan.scenarios.map(({ name }) => name)].flatMap((name) => {
    const { workload, sdks } = clientsOf(plan, name);
    return sdks.map((sdk) => scriptOf(plan.sdkRoot, sdk, workload));
  });
  return [...new Set(scripts)].flatMap((script) => scriptProblem(script) ?? []);
}

const statOf = (path: string): ReturnType<typeof statSync> | undefined => {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
};

const names = (folder: string): string => {
  try {
    return readdirSync(folder).slice(0, 8).join(', ') || 'nothing';
  } catch (error) {
    return (error as Error).message;
  }
};

function missing(script: string): string | undefined {
  if (statOf(script) !== undefined) return undefined;
  const folder = dirname(script);
  if (statOf(folder)?.isDirectory() === true)
    return `expected the script of the client, found no such file (in its folder: ${names(folder)})`;
  return `expected the script of the client, found no folder ${folder} (sdks and sdk_clients.folder in the config name it)`;
}

function unusable(script: string): string | undefined {
  const stat = statOf(script);
  if (stat?.isFile() !== true)
    return `expected a script, found a ${stat?.isDirectory() === true ? 'folder' : 'special file'}`;
  const mode = Number(stat.mode) & 0o777;
  if ((mode & 0o111) === 0) return `expected an executable file, got mode ${octalMode(mode)}: run chmod +x on it`;
  if (!may(script, constants.X_OK))
    return `this user (uid ${process.getuid?.() ?? '?'}) may not run it: mode ${octalMode(mode)}, owner uid ${stat.uid}, or its disk is mounted noexec`;
  // The kernel runs a program that nobody may read. A script has to be read by its interpreter.
  if (!may(script, constants.R_OK)) return undefined;
  return contentProblem(headOf(script));
}

function may(path: string, what: number): boolean {
  try {
    accessSync(path, what);
    return true;
  } catch {
    return false;
  }
}

function headOf(path: string): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  const file = openSync(path, 'r');
  try {
    return head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

const NO_INTERPRETER = 'the first line has to name what runs it, such as #!/bin/sh';

/** UTF-8, UTF-16 of both orders. */
const BYTE_ORDER_MARKS = ['\xEF\xBB\xBF', '\xFF\xFE', '\xFE\xFF'];

function contentProblem(head: Buffer): string | undefined {
  if (head.length === 0) return `the file is empty: ${NO_INTERPRETER}`;
  if (head.subarray(1, 4).toString('latin1') === 'ELF') return wrongElf(head);
  const text = head.toString('utf8');
  if (BYTE_ORDER_MARKS.some((mark) => head.toString('latin1').startsWith(mark)))
    return 'it begins with a byte order mark: save it as plain UTF-8 without one';
  if (head.includes(0)) return 'it is neither a script nor a program of Linux';
  const [line = ''] = text.split('\n');
  if (!line.startsWith('#!')) return `it has no #!: ${NO_INTERPRETER}`;
  if (line.endsWith('\r')) return 'its lines end with CRLF, as on Windows: save it with LF alone (dos2unix does it)';
  if (line.length === text.length && head.length === HEAD_BYTES) return `its first line is too long: ${NO_INTERPRETER}`;
  return interpreterProblem(
    line
      .slice(2)
      .trim()
      .split(/[ \t]+/),
  );
}

function interpreterProblem([program = '', ...words]: readonly string[]): string | undefined {
  if (program === '') return `its #! names nothing: ${NO_INTERPRETER}`;
  if (!isAbsolute(program)) return `its #! has to name ${program} by its whole path, or as /usr/bin/env ${program}`;
  const notThere = programProblem(program);
  if (notThere !== undefined) return `its #! names ${program}, ${notThere}`;
  if (basename(program) !== 'env') return undefined;
  return envProblem(words);
}

function programProblem(program: string): string | undefined {
  const stat = statOf(program);
  if (stat === undefined) return 'which is not on this host';
  if (stat.isDirectory()) return 'which is a folder';
  return may(program, constants.X_OK) ? undefined : 'which may not be run';
}

/** What `env` starts, out of `-S`, options and `NAME=value` before it; with an option that takes a word of its own, nobody here knows. */
function envProblem(words: readonly string[]): string | undefined {
  const splits = words[0]?.startsWith('-') === true && /^-(S|-split-string)/.test(words[0]);
  if (words.length > 1 && !splits)
    return `its #! gives env ${JSON.stringify(words.join(' '))} as one word: write #!/usr/bin/env -S ${words.join(' ')}`;
  const wanted = splits ? [words[0]?.replace(/^-S|^--split-string=?/, '') ?? '', ...words.slice(1)] : words;
  const program = wanted.find((word) => word !== '' && !word.includes('='));
  if (program === undefined || program.startsWith('-')) return undefined;
  if (isAbsolute(program)) {
    const problem = programProblem(program);
    return problem && `its #! asks env for ${program}, ${problem}`;
  }
  const path = process.env['PATH'] ?? '';
  const isThere = path.split(delimiter).some((folder) => programProblem(join(folder, program)) === undefined);
  return isThere ? undefined : `its #! asks env for ${program}, which is not on PATH (${path})`;
}
