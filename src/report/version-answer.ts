import { LEAST_ROUNDS } from '../domain/version-noise.js';
import type { PlayedVersion, VersionsComparison } from '../domain/versions.js';
import { buildText, plural, stepsOf, versionName, type Say, type VersionStep } from './version-words.js';

/** What a comparison of versions comes to, in sentences. `say` makes words of others harmless where they are read. */

const counted = ({ counted: rounds, label }: PlayedVersion, say: Say): string =>
  `${say(label)} has ${rounds === 0 ? 'no round that counts' : rounds === 1 ? '1 round that counts' : `${rounds} rounds that count`}`;

/** `2 INVALID, 1 without a report`; empty where each round counts. */
export function uncountedText({ rounds }: PlayedVersion): string {
  const why = rounds.filter(({ counts }) => !counts).map(({ headline }) => headline ?? 'without a report');
  return [...new Set(why)].map((one) => `${why.filter((other) => other === one).length} ${one}`).join(', ');
}

function nothing(version: PlayedVersion, say: Say): string {
  const why = uncountedText(version);
  return `${counted(version, say)}${why === '' ? '' : ` (${why})`}`;
}

const roundsText = (a: number, b: number): string =>
  a === b ? `${plural(a, 'round')} each` : `${a} and ${plural(b, 'round')}`;

const tooFew = (of: readonly PlayedVersion[]): PlayedVersion[] =>
  of.filter(({ counted: rounds }) => rounds < LEAST_ROUNDS);

const few = (of: readonly PlayedVersion[], say: Say): string =>
  tooFew(of)
    .map((version) => counted(version, say))
    .join(', and ');

/** `1 new failure, 2 figures`: of each how many, where there are any. */
const listed = (parts: readonly (readonly [number, string, string?])[]): string =>
  parts
    .filter(([count]) => count > 0)
    .map(([count, word, rest = '']) => `${plural(count, word)}${rest}`)
    .join(', ');

/** Of a version that can be compared with the one before it. */
function comparedText(step: VersionStep, named: (how: string) => string, say: Say): string {
  const { before, after, at, news, gone, worse, better } = step;
  const counting = news.filter(({ steps }) => steps[at]?.counts === true).length;
  const warnings = [news.filter(({ fails }) => !fails).length, 'new warning'] as const;
  const failuresGone = [gone.filter(({ fails }) => fails).length, 'failure', ' gone'] as const;
  const warningsGone = [gone.filter(({ fails }) => !fails).length, 'warning', ' gone'] as const;
  if (counting + worse.length > 0) {
    const bad = listed([[counting, 'new failure'], [worse.length, 'figure'], warnings]);
    const good = listed([failuresGone, [better.length, 'figure'], warningsGone]);
    return `${named('worse')}: ${bad}${good === '' ? '' : `; better: ${good}`}`;
  }
  const rest = listed([failuresGone, [better.length, 'figure', ' better'], warnings, warningsGone]);
  const unjudged = tooFew([before, after]).length > 0 ? `no figure is judged: ${few([before, after], say)}` : '';
  if (rest !== '') return `${named('not worse')}: ${rest}${unjudged === '' ? '' : `; ${unjudged}`}`;
  if (unjudged !== '') return `no new failure, and ${unjudged}`;
  return `no difference beyond the noise of ${roundsText(before.counted, after.counted)}`;
}

function stepAnswer(step: VersionStep, comparison: VersionsComparison, say: Say): string {
  const { before, after } = step;
  const named = (how: string): string =>
    [after, before].map((version) => versionName(version, comparison, say)).join(` is ${how} than `);
  const empty = [before, after].filter(({ counted: rounds }) => rounds === 0);
  if (empty.length === 0) return comparedText(step, named, say);
  return `nothing can be said: ${empty.map((version) => nothing(version, say)).join(', and ')}`;
}

/** The answer in one line. */
export function answerOf(comparison: VersionsComparison, say: Say): string {
  const steps = stepsOf(comparison);
  if (steps.length === 0) return 'nothing can be said: it takes two versions';
  const answers = steps.map((step) => stepAnswer(step, comparison, say));
  if (answers.length === 1) return answers.join('');
  const named = (answer: string, label: string): string => (answer.startsWith(label) ? answer : `${label}: ${answer}`);
  return answers.map((answer, i) => named(answer, say(steps[i]?.after.label ?? ''))).join('; ');
}

/** What has to be known before the comparison is believed; each a sentence. */
export function versionNotes(comparison: VersionsComparison, say: Say): string[] {
  const { versions } = comparison;
  const several = versions
    .filter(({ brokers }) => brokers.length > 1)
    .map((version) => `${say(version.label)} was not one build in all rounds: ${say(buildText(version, versions))}.`);
  const hashOf = ({ brokers }: PlayedVersion): string | null =>
    brokers.length === 1 ? (brokers[0]?.sha256 ?? null) : null;
  const steps = stepsOf(comparison);
  const same = steps
    .filter(({ before, after }) => hashOf(after) !== null && hashOf(before) === hashOf(after))
    .map(({ before, after }) => `${say(before.label)} and ${say(after.label)} are the same program.`);
  const unjudged = steps
    .filter(({ before, after }) => tooFew([before, after]).length > 0)
    .map(({ before, after }) => `No figure is judged: ${few([before, after], say)}. It takes ${LEAST_ROUNDS} of each.`);
  return [...several, ...same, ...new Set(unjudged)];
}
