import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scriptOf, scriptProblem, scriptProblems } from '../../../src/host/clients/script.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { scenario } from '../../../testing/values.js';

const root = temporaryFolder();

/** A client of this name whose script is this. */
function client(name: string, content: string | Buffer, mode = 0o755): string {
  const script = scriptOf(root, name, 'load');
  mkdirSync(join(root, name), { recursive: true });
  writeFileSync(script, content);
  chmodSync(script, mode);
  return script;
}

const node = process.execPath;
/** This host's own Node, said to be for another machine. */
const foreign = (): Buffer => {
  const head = Buffer.alloc(64);
  head.write('\x7fELF\x02\x01', 'latin1');
  head.writeUInt16LE(process.arch === 'arm64' ? 62 : 183, 18);
  return head;
};

it.each([
  ['a shell script', '#!/bin/sh\nexit 0\n'],
  ['a space after the #!', '#! /bin/sh -e\n'],
  ['env', '#!/usr/bin/env sh\n'],
  ['env with words', '#!/usr/bin/env -S LC_ALL=C sh -e\n'],
  ['env with an option that nobody here reads', '#!/usr/bin/env -S -u HOME sh\n'],
  ['no line end', '#!/bin/sh'],
  ['CRLF in the middle alone, which its interpreter may like', `#!${node}\nlet a;\r\n`],
])('a script with %s can be started', (name, content) => {
  expect(scriptProblem(client(name, content))).toBeUndefined();
});

it('a program of this machine can be started, and one behind a link', () => {
  const script = client('program', '');
  copyFileSync('/bin/true', script);
  expect(scriptProblem(script)).toBeUndefined();
  const link = client('link', '');
  mkdirSync(join(root, 'linked'));
  symlinkSync(script, scriptOf(root, 'linked', 'load'));
  expect(scriptProblem(scriptOf(root, 'linked', 'load'))).toBeUndefined();
  expect(scriptProblem(link)).toContain('the file is empty');
});

it.each<[string, string | Buffer, number, RegExp]>([
  ['CRLF', '#!/bin/sh\r\nexit 0\r\n', 0o755, /its lines end with CRLF, as on Windows: save it with LF alone/],
  ['CRLF after env', '#!/usr/bin/env bash\r\n', 0o755, /CRLF/],
  ['no run bit', '#!/bin/sh\n', 0o644, /expected an executable file, got mode 644: run chmod \+x on it/],
  ['no #!', 'exit 0\n', 0o755, /it has no #!: the first line has to name what runs it, such as #!\/bin\/sh/],
  ['an empty line before it', '\n#!/bin/sh\n', 0o755, /it has no #!/],
  ['a byte order mark', '\uFEFF#!/bin/sh\n', 0o755, /begins with a byte order mark/],
  ['UTF-16', Buffer.from('\uFEFF#!/bin/sh\n', 'utf16le'), 0o755, /begins with a byte order mark/],
  ['nothing after the #!', '#! \nexit\n', 0o755, /its #! names nothing/],
  ['a first line without end', `#!/bin/sh ${'x'.repeat(400)}\n`, 0o755, /its first line is too long/],
  [
    'a missing interpreter',
    '#!/opt/python9/bin/python\n',
    0o755,
    /its #! names \/opt\/python9\/bin\/python, which is not/,
  ],
  ['an interpreter that is a folder', '#!/usr\n', 0o755, /its #! names \/usr, which is a folder/],
  ['an interpreter that may not be run', '#!/etc/passwd\n', 0o755, /its #! names \/etc\/passwd, which may not be run/],
  ['an interpreter without its path', '#!python3\n', 0o755, /its #! has to name python3 by its whole path/],
  [
    'a program that env does not find',
    '#!/usr/bin/env python99\n',
    0o755,
    /asks env for python99, which is not on PATH/,
  ],
  ['one behind -S', '#!/usr/bin/env -S python99 -u\n', 0o755, /asks env for python99, which is not on PATH/],
  [
    'several words for env',
    '#!/usr/bin/env sh -e\n',
    0o755,
    /gives env "sh -e" as one word: write #!\/usr\/bin\/env -S sh -e/,
  ],
  [
    'a program of another system',
    Buffer.from('MZ\x90\0\x03', 'latin1'),
    0o755,
    /neither a script nor a program of Linux/,
  ],
  [
    'a program of another machine',
    foreign(),
    0o755,
    /it is a program for \w+, and this host is \w+: build it for this/,
  ],
])('a script with %s is said to be that, with its path', (name, content, mode, why) => {
  const script = client(name, content, mode);
  const problem = scriptProblem(script) ?? '';
  expect(problem).toMatch(why);
  expect(problem.startsWith(`${script}: `)).toBe(true);
});

it('a folder is said to be one, and what is missing to be missing', () => {
  const folder = scriptOf(root, 'folder', 'load');
  mkdirSync(folder, { recursive: true });
  expect(scriptProblem(folder)).toMatch(/expected a script, found a folder/);
  client('other', '#!/bin/sh\n');
  expect(scriptProblem(scriptOf(root, 'other', 'basic-pubsub'))).toMatch(
    /found no such file \(in its folder: load\.sh\)/,
  );
  expect(scriptProblem(scriptOf(root, 'nowhere', 'load'))).toMatch(
    /found no folder .*nowhere \(sdks and sdk_clients\.folder/,
  );
});

it('the problems of several clients are said together, each once, and none of those that are well', () => {
  client('well', '#!/bin/sh\n');
  client('ill', '#!/bin/sh\r\n');
  const plain = scenario('plain');
  const special = scenario('special', { workload: 'wills', sdks: ['well'] });
  const plan = { sdkRoot: root, sdks: ['ill', 'well', 'nowhere'], workload: 'load', scenarios: [plain, special] };
  expect(scriptProblems(plan).map((problem) => problem.split(': ')[0])).toEqual([
    scriptOf(root, 'ill', 'load'),
    scriptOf(root, 'nowhere', 'load'),
    scriptOf(root, 'well', 'wills'),
  ]);
});
