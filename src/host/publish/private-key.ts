import { accessSync, constants, existsSync, readFileSync, statSync, writeFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { octalMode } from '../os/files.js';
import { RemoteError } from '../remote/remote-error.js';
import { keyText } from './key-text.js';

/** No private key is longer; a file that is, is something else. */
const MAX_BYTES = 64 * 1024;

/**
 * The file that ssh is to use for this key: the file itself, or a copy in `workDir` that its owner alone may read, where only the form was wrong: line
 * ends, a missing last newline, everything on one line, a mode that nobody can change (a read-only mount). Rejects with KEY_UNUSABLE, which says what
 * the file is and what to do: ssh would say so only after it has connected, and of most of these "error in libcrypto".
 */
export async function privateKey(keyFile: string, workDir: string): Promise<string> {
  const bad = (what: string): RemoteError => new RemoteError('KEY_UNUSABLE', `publish.key_file: ${keyFile}: ${what}`);
  const read = readKey(keyFile);
  if ('problem' in read) throw bad(read.problem);
  const key = keyText(read.bytes);
  if ('problem' in key) throw bad(key.problem + (key.isPublic === true ? privateHalf(keyFile) : ''));
  const isOpen = (read.stat.mode & 0o077) !== 0;
  if (isOpen && mayClose(keyFile, read.stat))
    throw bad(
      `expected that its owner alone may read it, got mode ${octalMode(read.stat.mode)}: run chmod 600 on it, and make a new key if others use this host`,
    );
  const isAsItWas = read.bytes.equals(Buffer.from(key.text));
  const used = isOpen || !isAsItWas ? copyOf(key.text, workDir) : keyFile;
  const problem = await keygenProblem(used, keyFile);
  if (problem !== undefined) throw bad(problem);
  return used;
}

function readKey(keyFile: string): { readonly bytes: Buffer; readonly stat: Stats } | { readonly problem: string } {
  const expected = 'expected a private key';
  try {
    const stat = statSync(keyFile);
    if (stat.isDirectory()) return { problem: `${expected}, found a folder: name the file in it` };
    if (!stat.isFile()) return { problem: `${expected}, found no regular file` };
    if (stat.size > MAX_BYTES) return { problem: `${expected}, found ${stat.size} bytes` };
    return { bytes: readFileSync(keyFile), stat };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { problem: `${expected}, found no file` };
    if (code === 'EACCES')
      return { problem: `${expected}, and this user (uid ${process.getuid?.() ?? '?'}) may not read it` };
    return { problem: `${expected}, got ${message}` };
  }
}

const privateHalf = (keyFile: string): string => {
  const other = keyFile.replace(/\.pub$/, '');
  return other !== keyFile && existsSync(other) ? `: ${other} is there` : '';
};

/** Could somebody who runs this program take the rights of others away? Not of a file that is another's, and not on a read-only mount. */
function mayClose(keyFile: string, { uid }: Stats): boolean {
  const own = process.getuid?.();
  if (own !== 0 && own !== uid) return false;
  try {
    accessSync(keyFile, constants.W_OK);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EROFS';
  }
}

function copyOf(text: string, workDir: string): string {
  const copy = join(workDir, 'key');
  writeFileSync(copy, text, { mode: 0o600 });
  return copy;
}

/** What ssh's own tool finds wrong with a key that looks like one. */
async function keygenProblem(used: string, keyFile: string): Promise<string | undefined> {
  const ran = await execa('ssh-keygen', ['-y', '-P', '', '-f', used], {
    reject: false,
    stdin: 'ignore',
    env: { LC_ALL: 'C' },
  });
  if (ran.code === 'ENOENT') throw new RemoteError('PREFLIGHT_FAILED', 'expected ssh-keygen on PATH, found none');
  if (/incorrect passphrase/i.test(ran.stderr))
    return `it has a passphrase, and nobody is there to type it: ssh-keygen -p -N '' -f FILE takes it away, or make a new key`;
  if (ran.exitCode !== 0)
    return `it is damaged, or of a kind that ssh here does not know: copy it again (ssh-keygen: ${ran.stderr.trim().split('\n').at(-1)?.replaceAll(used, keyFile) ?? ''})`;
  if (ran.stdout.startsWith('sk-'))
    return 'it belongs to a security key that somebody has to touch, and nobody is there: make a key without -sk';
  return undefined;
}
