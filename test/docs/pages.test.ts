// What the pages name must be there: files, links, npm scripts, commands and their options.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { installRoot } from '../../src/host/os/tools.js';

const read = (path: string): string => readFileSync(join(installRoot, path), 'utf8');

const markdownIn = (folder: string): string[] =>
  readdirSync(join(installRoot, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));

const CLIENT_PAGES = readdirSync(join(installRoot, 'sdk_clients'))
  .map((folder) => `sdk_clients/${folder}/README.md`)
  .filter((page) => existsSync(join(installRoot, page)));
/** Findings name files of RobustMQ's own source. */
const FINDINGS = 'docs/robustmq/findings.md';
const PAGES = [
  ...markdownIn('.'),
  ...markdownIn('docs'),
  'bench/README.md',
  'sdk_clients/CONTRACT.md',
  'test/histories/README.md',
];

/** Written by the reader, not by us. */
const NOT_OURS = [
  'test/histories/mine.json',
  'src/host/faults/broker-stop.ts',
  'src/host/drivers/bare-mosquitto.ts',
  'sdk_clients/python/broadcast.sh',
  'sdk_clients/python/workloads/broadcast.py',
];
const PATH = /(?<![\w/.<>-])(?:src|test|testing|bench|scripts|sdk_clients|deploy|config|bin)\/[\w./-]*\w/g;

/** What is set as code: spans between backticks, and lines of code blocks. */
function codeOf(text: string): string[] {
  const blocks = [...text.matchAll(/^```\w*\n(.*?)^```/gms)].flatMap(([, block = '']) => block.split('\n'));
  const prose = text.replace(/^```\w*\n.*?^```/gms, '');
  return [...blocks, ...[...prose.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)];
}

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  it('names only files that exist', () => {
    const named = [...text.matchAll(PATH)].filter(
      ({ index, 0: path }) => !/^[<…*{]/.test(text.slice(index + path.length).replace(/^\//, '')),
    );
    const missing = named
      .map(([path]) => path)
      .filter((path) => !NOT_OURS.includes(path) && !existsSync(join(installRoot, path)));
    expect(missing).toEqual([]);
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/npm run ([\w:-]*\w)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('names only commands and options that exist', () => {
    const wrong = codeOf(text).flatMap((code) => commandProblems(code));
    expect(wrong).toEqual([]);
  });
});

const COMMANDS = 'src/client/commands';
const sources = new Map(
  readdirSync(join(installRoot, COMMANDS)).map((name) => [name.replace(/\.ts$/, ''), read(join(COMMANDS, name))]),
);
const options = [...sources.values(), read('src/client/options.ts')].join('\n');

function commandProblems(code: string): string[] {
  const found = /robustmq-chaos (?<command>[a-z]+)(?![\w/:-])(?: (?<sub>[a-z]+)\b)?/.exec(code)?.groups;
  if (found === undefined) return [];
  const { command = '', sub } = found;
  const source = sources.get(command);
  if (source === undefined) return [`${code}: no command ${command}`];
  const subs = [...source.matchAll(/new Command\('([a-z]+)'\)/g)].map(([, name = '']) => name);
  const hasSubs = subs.length > 1;
  const flags = [...code.slice(code.indexOf('robustmq-chaos')).matchAll(/(?<=\s|\()--[a-z-]+/g)].map(([flag]) => flag);
  return [
    ...(hasSubs && sub !== undefined && !subs.includes(sub) ? [`${code}: no command ${command} ${sub}`] : []),
    ...flags
      .filter((flag) => !options.includes(`${flag} `) && !options.includes(`${flag}'`))
      .map((flag) => `${code}: no option ${flag}`),
  ];
}

/** A heading's anchor, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replace(/ /g, '-');

const anchorsOf = (text: string): string[] =>
  [...text.replace(/^```\w*\n.*?^```/gms, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

it.each([...PAGES, ...CLIENT_PAGES, FINDINGS])('every link of %s leads somewhere', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]+))?\)/g)];
  const broken = links.filter(([, path = '', anchor]) => {
    const target = path === '' ? join(installRoot, page) : join(installRoot, dirname(page), path);
    if (!existsSync(target)) return true;
    return anchor !== undefined && !anchorsOf(read(relative(installRoot, target))).includes(anchor);
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});
