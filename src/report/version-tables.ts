import { FIGURES } from '../domain/series.js';
import type { VersionFailure } from '../domain/version-failures.js';
import type { VersionsComparison } from '../domain/versions.js';
import { dash, number } from './format.js';
import { IN } from './news.js';
import type { Table } from './tables.js';
import { uncountedText } from './version-answer.js';
import {
  changeOf,
  failureKind,
  scenarioText,
  seenText,
  shortHash,
  sideText,
  verdictOf,
  type VersionStep,
} from './version-words.js';

/** Tables of a comparison of versions. */

const failureCells = (failure: VersionFailure): string[] => [
  failure.scenario ?? dash,
  failure.sdk ?? dash,
  IN[failure.where],
  failure.text,
];

/** What was not there before, and what is gone. */
export function newsOfStep({ before, after, at, news, gone }: VersionStep): Table {
  return {
    caption: `New and gone from ${before.label} to ${after.label}, in how many rounds`,
    head: ['', 'scenario', 'SDK', 'in', 'what was seen', before.label, after.label, 'known as'],
    rows: [...news, ...gone].map((failure) => [
      failureKind(failure, at),
      ...failureCells(failure),
      ...[at, at + 1].map((version) => seenText(failure, version)),
      failure.ids.join(', ') || dash,
    ]),
  };
}

/** Figures beyond the noise, worse ones first. */
export function differencesOfStep({ before, after, at, worse, better }: VersionStep, all: VersionsComparison): Table {
  return {
    caption: `Figures that differ from ${before.label} to ${after.label}`,
    head: ['', 'scenario', 'SDK', 'figure', `${before.label} → ${after.label}`, 'ratio'],
    rows: [...worse, ...better].map((figure) => {
      const [from, to] = [figure.sides[at]?.median ?? 0, figure.sides[at + 1]?.median ?? 0];
      return [
        figure.steps[at]?.differs ?? '',
        scenarioText(figure, all),
        figure.sdk ?? dash,
        FIGURES[figure.figure].words,
        changeOf(figure, at),
        from > 0 ? `${number(to / from, 2)} ×` : dash,
      ];
    }),
  };
}

/** Every failure and warning, with the rounds in which it was seen. */
export function failuresTable({ versions, failures }: VersionsComparison): Table {
  return {
    caption: 'All failures and warnings, in how many rounds',
    head: ['', 'scenario', 'SDK', 'in', 'what was seen', ...versions.map(({ label }) => label), 'known as'],
    rows: [...failures]
      .sort((a, b) => Number(b.fails) - Number(a.fails))
      .map((failure) => [
        failureKind(failure),
        ...failureCells(failure),
        ...versions.map((_, i) => seenText(failure, i)),
        failure.ids.join(', ') || dash,
      ]),
  };
}

/** Every figure: the median, and in brackets the least and the greatest. */
export function figuresOfVersions(all: VersionsComparison): Table {
  return {
    caption: 'All figures: median (least–greatest)',
    head: ['scenario', 'SDK', 'figure', ...all.versions.map(({ label }) => label), ''],
    rows: all.figures.map((figure) => [
      scenarioText(figure, all),
      figure.sdk ?? dash,
      FIGURES[figure.figure].words,
      ...all.versions.map(({ counted }, i) => sideText(figure, figure.sides[i] ?? null, counted)),
      verdictOf(figure),
    ]),
  };
}

/** What was compared. */
export const versionsTable = ({ versions }: VersionsComparison): Table => ({
  caption: 'Versions',
  head: ['', 'broker', 'sha256', 'program', 'rounds', 'of them count', 'do not count'],
  rows: versions.map((version) => {
    const { label, path, brokers, rounds, counted } = version;
    const said = brokers.map((broker) => broker.version ?? shortHash(broker.commit));
    return [
      label,
      said.join(', ') || dash,
      brokers.map(({ sha256 }) => shortHash(sha256)).join(', ') || dash,
      path,
      String(rounds.length),
      String(counted),
      uncountedText(version) || dash,
    ];
  }),
});

/** In the order in which they were played. */
export const roundsTable = ({ versions }: VersionsComparison): Table => ({
  caption: 'Rounds',
  head: ['round', 'version', 'verdict', 'run'],
  rows: versions
    .flatMap(({ label, rounds }, i) => rounds.map((one) => ({ ...one, label, i })))
    .sort((a, b) => a.round - b.round || a.i - b.i)
    .map(({ round, label, headline, runId }) => [String(round), label, headline ?? 'no report', runId]),
});
