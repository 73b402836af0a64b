import { describe, expect, it } from 'vitest';
import { updateProblem, updatedText } from '../../src/domain/broker-update.js';

const before = 'a'.repeat(64);
const after = 'b'.repeat(64);

describe('an update of the broker', () => {
  it.each([
    ['that ended well', { code: 0, problem: null }, { whyNot: null }, null],
    ['with an exit status', { code: 3, problem: null }, { whyNot: null }, 'exit status 3'],
    ['that never began', { code: null, problem: 'x cannot be run' }, { whyNot: null }, 'x cannot be run'],
    ['that ended well, without a program', { code: 0, problem: null }, null, /no program of the broker/],
    [
      'that ended well, with a page',
      { code: 0, problem: null },
      { whyNot: 'it is a page' },
      /status 0, but it is a page/,
    ],
  ])('%s', (_what, exit, program, problem) => {
    const found = updateProblem({ ...exit, seconds: 1 }, program);
    if (problem instanceof RegExp) expect(found).toMatch(problem);
    else expect(found).toBe(problem);
  });

  it('whose watcher is gone has failed, whatever it has left', () => {
    expect(updateProblem(undefined, { whyNot: null })).toMatch(/its process is gone/);
  });

  it('is told by what the broker was and is', () => {
    const done = { problem: null, seconds: 12.4, lastLine: 'done' };
    expect(updatedText({ sha256Before: before, sha256After: after }, done)).toBe(
      'cluster.update: the broker is another one, sha256 aaaaaaaaaaaa → sha256 bbbbbbbbbbbb, 12 s',
    );
    expect(updatedText({ sha256Before: null, sha256After: after }, done)).toContain('none → sha256 bbbbbbbbbbbb');
    expect(updatedText({ sha256Before: before, sha256After: before }, done)).toBe(
      'cluster.update: the broker is the same as before (sha256 aaaaaaaaaaaa, 12 s)',
    );
    const failed = { problem: 'exit status 3', seconds: 1, lastLine: 'no route' };
    expect(updatedText({ sha256Before: before, sha256After: before }, failed)).toBe(
      "cluster.update failed (exit status 3, its last words: no route); the broker of before is used (sha256 aaaaaaaaaaaa); see update.log in the run's folder",
    );
    expect(updatedText({ sha256Before: null, sha256After: null }, failed)).toContain('there was no broker before');
  });
});
