import { nameOf as placeOf } from '../domain/known.js';
import { FIGURES, valueText } from '../domain/series.js';
import type { VersionFailure } from '../domain/version-failures.js';
import type { FigureSide, PlayedVersion, VersionFigure, VersionsComparison } from '../domain/versions.js';
import { dash } from './format.js';
import { IN } from './news.js';

/** What a comparison of versions says, in words that Markdown and a terminal share. `say` makes words of others harmless where they are read. */

export type Say = (text: string) => string;

const SHORT_CHARS = 12;

export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

export const shortHash = (sha256: string | null): string => sha256?.slice(0, SHORT_CHARS) ?? dash;

/** What a broker calls itself; with its hash, where others in the comparison call themselves the same. */
export function buildText(version: PlayedVersion, all: readonly PlayedVersion[]): string {
  const others = all.filter((one) => one !== version).flatMap(({ brokers }) => brokers);
  const names = version.brokers.map(({ version: said, commit, sha256 }) => {
    const name = said ?? commit?.slice(0, SHORT_CHARS);
    const isShared = others.some((other) => other.version === said && other.sha256 !== sha256);
    return [...(name === undefined ? [] : [name]), ...(name === undefined || isShared ? [shortHash(sha256)] : [])].join(
      ' ',
    );
  });
  return names.filter((name) => name !== dash).join(' and ');
}

/** `B (2.12.4)`. */
export function versionName(version: PlayedVersion, { versions }: VersionsComparison, say: Say): string {
  const build = buildText(version, versions);
  return `${say(version.label)}${build === '' ? '' : ` (${say(build)})`}`;
}

/** What changed from one version to the next. */
export interface VersionStep {
  readonly before: PlayedVersion;
  readonly after: PlayedVersion;
  /** Index of the step. */
  readonly at: number;
  /** New, those first that count. */
  readonly news: readonly VersionFailure[];
  readonly gone: readonly VersionFailure[];
  readonly worse: readonly VersionFigure[];
  readonly better: readonly VersionFigure[];
}

/** Each version and the one before it. */
export function stepsOf({ versions, failures, figures }: VersionsComparison): VersionStep[] {
  return versions.slice(1).flatMap((after, at) => {
    const before = versions[at];
    if (before === undefined) return [];
    const rank = ({ steps, fails }: VersionFailure): number => (steps[at]?.counts === true ? 0 : fails ? 1 : 2);
    const changed = (change: 'new' | 'gone'): VersionFailure[] =>
      failures.filter(({ steps }) => steps[at]?.change === change).sort((a, b) => rank(a) - rank(b));
    const differing = (differs: 'worse' | 'better'): VersionFigure[] =>
      figures.filter(({ steps }) => steps[at]?.differs === differs);
    const figuresOf = { worse: differing('worse'), better: differing('better') };
    return [{ before, after, at, news: changed('new'), gone: changed('gone'), ...figuresOf }];
  });
}

/** `74 s (70–75 s)`: median, least and greatest. `rounds`: how many count; said where a figure is not in all of them. */
export function sideText({ figure }: VersionFigure, side: FigureSide | null, rounds: number): string {
  if (side === null) return dash;
  const { values, median, least, greatest } = side;
  const [low, high] = [valueText(figure, least), valueText(figure, greatest)];
  const unit = / \w+$/.exec(high)?.[0] ?? '';
  const from = unit !== '' && low.endsWith(unit) ? low.slice(0, -unit.length) : low;
  const parts = [
    ...(low === high ? [] : [`${from}–${high}`]),
    ...(values.length < rounds ? [`in ${values.length}`] : []),
  ];
  return `${valueText(figure, median)}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
}

/** `31 s → 74 s`, `0 → 12 messages`. */
export function changeOf({ figure, sides }: VersionFigure, at: number): string {
  const value = (side: FigureSide | null | undefined): string => (side == null ? dash : valueText(figure, side.median));
  return `${value(sides[at])} → ${value(sides[at + 1])}${FIGURES[figure].unit === 'messages' ? ' messages' : ''}`;
}

/** What a figure says in the last column: for each step, what differs, what is as before, or that it was not judged. */
export const verdictOf = ({ steps }: VersionFigure): string =>
  steps.every(({ differs }) => differs === null) && steps.every(({ judged }) => judged)
    ? ''
    : steps.map(({ judged, differs }) => differs ?? (judged ? '=' : 'not judged')).join(', ');

/** `2 of 3`: rounds; a dash where none says whether it was there. */
export function seenText({ seen }: VersionFailure, version: number): string {
  const one = seen[version];
  return one === undefined || one.of === 0 ? dash : `${one.seen} of ${one.of}`;
}

/** `new failure`, `failure gone`; `known failure`: people know that it comes and goes. */
export function failureKind({ fails, isKnown, steps }: VersionFailure, at?: number): string {
  const word = fails ? 'failure' : 'warning';
  const { change, counts } = (at === undefined ? undefined : steps[at]) ?? { change: null, counts: false };
  if (change === 'gone') return `${word} gone`;
  if (isKnown && !counts) return `known ${word}`;
  return change === 'new' ? `new ${word}` : word;
}

/** `leader-transfer/go, validation`. */
export const placeText = (failure: VersionFailure): string =>
  `${placeOf(failure)}${failure.scenario === null ? '' : `, ${IN[failure.where]}`}`;

/** The name of a figure's scenario; with what it was played, where that was not the same in each round. */
export function scenarioText({ scenario, setting }: VersionFigure, { figures }: VersionsComparison): string {
  const isOne = figures.every((other) => other.scenario !== scenario || other.setting === setting);
  return isOne ? scenario : `${scenario}: ${setting}`;
}
