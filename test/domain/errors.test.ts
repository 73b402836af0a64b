import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ChaosError, ERRORS } from '../../src/domain/errors.js';

const rows = Object.entries(ERRORS);

/** What stands in the texts behind a word: `robustmq-chaos resume` gives `resume`. */
const named = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '');

describe.each(rows)('%s', (_code, { remedy }) => {
  it('has a remedy whose commands and pages exist', () => {
    expect(remedy).toMatch(/\.$/);
    for (const command of named(remedy, /`robustmq-chaos ([a-z]+)/g)) {
      expect(existsSync(`src/client/commands/${command}.ts`), command).toBe(true);
    }
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    for (const script of named(remedy, /`npm run ([a-z:]+)/g)) expect(Object.keys(scripts)).toContain(script);
    for (const page of named(remedy, /(docs\/[a-z-]+\.md)/g)) expect(existsSync(page), page).toBe(true);
  });
});

it('only what a remote service, or a worker of another program, may answer differently next time is tried again', () => {
  const retryable = rows.filter(([, row]) => row.retryable).map(([code]) => code);
  expect(retryable.length).toBeGreaterThan(0);
  expect(retryable.filter((code) => !code.startsWith('REMOTE_'))).toEqual(['PLAN_NEWER']);
});

it('an error carries its code, its message, and what it is about', () => {
  const error = new ChaosError('CLUSTER_HELD', 'held by r1', 'r1');
  expect(error).toMatchObject({ name: 'ChaosError', code: 'CLUSTER_HELD', message: 'held by r1', subject: 'r1' });
  expect(error).toBeInstanceOf(Error);
  expect(new ChaosError('CLUSTER_GONE', 'gone').subject).toBeNull();
});
