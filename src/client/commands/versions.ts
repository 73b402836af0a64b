import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { versionsPlanFrom } from '../../config/versions.js';
import { ChaosError, messageOf } from '../../domain/errors.js';
import type { VersionName } from '../../domain/versions.js';
import type { VersionsRequest } from '../../domain/versions-plan.js';
import { programProblem } from '../../host/os/tools.js';
import { configOption, jsonOption, readConfig, sdkOption } from '../options.js';
import { playVersions } from '../play-versions.js';

interface Options {
  readonly config: string;
  readonly json: boolean;
  readonly binary?: readonly string[];
  readonly list?: string;
  readonly scenario?: readonly string[];
  readonly rounds: number;
  readonly sdk?: readonly string[];
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

const wholeNumber = (value: string): number => {
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('expected a whole number from 1');
};

/** A, B, C …: what a version is called that was given no name. */
const letter = (index: number): string => (index < 26 ? String.fromCharCode(65 + index) : `V${index + 1}`);

/** `NAME=PATH` or `PATH`; a relative path begins in `folder`. */
function versionOf(text: string, index: number, folder: string): VersionName {
  const [, name, path] = /^([A-Za-z0-9._+-]+)\s*=\s*(.+)$/.exec(text) ?? [];
  return { label: name ?? letter(index), path: resolve(folder, path ?? text) };
}

/** A file with a version in each line, oldest first; empty lines and those that begin with # are none. */
function listed(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8')
      .split(/\r?\n/)
      .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
      .filter((line) => line !== '');
  } catch (error) {
    throw new ChaosError(
      'CONFIG_INVALID',
      `--list: expected a file with a program in each line, got ${messageOf(error)}`,
    );
  }
}

function versionsOf({ binary = [], list }: Options): readonly VersionName[] {
  const file = list === undefined ? undefined : resolve(list);
  const given = [
    ...(file === undefined ? [] : listed(file).map((text) => ({ text, folder: dirname(file) }))),
    ...binary.map((text) => ({ text, folder: process.cwd() })),
  ];
  return given.map(({ text, folder }, i) => versionOf(text, i, folder));
}

function refuseMissing(versions: readonly VersionName[]): void {
  const lines = versions.flatMap(({ label, path }) => {
    const problem = programProblem(path);
    return problem === undefined ? [] : [`${label}: ${problem}`];
  });
  if (lines.length > 0) throw new ChaosError('CONFIG_INVALID', lines.join('\n  '));
}

/** The same rounds on several versions of the broker. */
export const versionsCommand = new Command('versions')
  .description('play the same rounds on several versions of the broker in turn, and say what differs')
  .addOption(new Option('--binary <[name=]program>', 'a version, oldest first; given twice or more').argParser(collect))
  .addOption(new Option('--list <file>', 'more versions, oldest first: [name=]program in each line'))
  .addOption(new Option('--scenario <name>', 'only this scenario; may be given again').argParser(collect))
  .addOption(new Option('--rounds <number>', 'rounds of each version').default(3).argParser(wholeNumber))
  .addOption(sdkOption())
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (options: Options) => {
    const config = readConfig(options.config);
    const { scenario: scenarios, sdk: sdks, rounds } = options;
    const request = {
      versions: versionsOf(options),
      rounds,
      config: resolve(config.path),
      host: config.host.id,
      ...(scenarios === undefined ? {} : { scenarios }),
      ...(sdks === undefined ? {} : { sdks }),
    } satisfies VersionsRequest;
    // What can be refused is refused before anything is started.
    const plan = versionsPlanFrom(config, { request, at: new Date().toISOString() });
    refuseMissing(request.versions);
    process.exitCode = await playVersions(config, request, plan, options.json);
  });
