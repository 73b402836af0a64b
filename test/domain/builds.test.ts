import { describe, expect, it } from 'vitest';
import { becomesCurrent, buildsInUse, buildsText, whyNobodyAnswers } from '../../src/domain/builds.js';

const choice = { own: 'b', mayChoose: true, currentIsGone: false };

describe('a build becomes current by itself', () => {
  it.each([
    ['the first one, anywhere', { current: null, everCurrent: [] }, { mayChoose: false }, true],
    ['a new one, where it may', { current: 'a', everCurrent: ['a'] }, {}, true],
    ['no new one on a server of somebody else’s', { current: 'a', everCurrent: ['a'] }, { mayChoose: false }, false],
    ['not if it is', { current: 'b', everCurrent: ['b'] }, {}, false],
    ['no old one beside a new one', { current: 'a', everCurrent: ['b', 'a'] }, {}, false],
    ['an old one, if the new one is gone', { current: 'a', everCurrent: ['b', 'a'] }, { currentIsGone: true }, true],
    [
      'no old one on a server of somebody else’s',
      { current: 'a', everCurrent: ['b', 'a'] },
      { currentIsGone: true, mayChoose: false },
      false,
    ],
  ])('%s', (_, known, change, expected) => {
    expect(becomesCurrent(known, { ...choice, ...change })).toBe(expected);
  });
});

const open = (workflowId: string, build: string | null) => ({ workflowId, temporalRunId: 't', build });

describe('the builds in words', () => {
  it('say who is current, who has no worker, and which runs are open', () => {
    const builds = buildsInUse('b', ['b', 'c'], [open('r1', 'a'), open('r2', 'b'), open('old', null)]);
    expect(buildsText(builds)).toBe('b (current; open: r2), c, a (no worker; open: r1)');
  });

  it('are nothing where there is one, or none', () => {
    expect(buildsText(buildsInUse('b', ['b'], [open('r', 'b')]))).toBeNull();
    expect(buildsText(buildsInUse(null, [], []))).toBeNull();
  });

  it('are said where the only one is not current, or has no worker', () => {
    expect(buildsText(buildsInUse(null, ['b'], []))).toBe('b');
    expect(buildsText(buildsInUse('b', [], []))).toBe('b (current; no worker)');
  });
});

it('without a worker of the current build nobody answers', () => {
  expect(whyNobodyAnswers(buildsInUse('b', ['a'], []))).toBe('no worker of the current build b is there');
  expect(whyNobodyAnswers(buildsInUse('b', ['b'], []))).toBeUndefined();
  expect(whyNobodyAnswers(buildsInUse(null, ['b'], []))).toBeUndefined();
});
