import { describe, expect, it } from 'vitest';
import { cron } from '../../src/config/cron.js';
import { crons } from '../../testing/crons.js';

const problem = (text: string): string | undefined => cron.safeParse(text).error?.issues[0]?.message;

describe('a cron expression', () => {
  it.each(crons)('%s is taken', (text) => {
    expect(problem(text)).toBeUndefined();
  });

  it.each([
    ['0 0 31 2 *', /^expected a day that one of its months has; this time never comes, got "0 0 31 2 \*"$/],
    ['0 0 30 feb *', /never comes/],
    ['0 0 31 4,6,9,11 *', /never comes/],
    ['0 25 31 1 *', /^hour: expected numbers from 0 to 23, /],
    ['60 * * * *', /^minute: expected numbers from 0 to 59, /],
    ['0 0 0 * *', /^day of the month: /],
    ['0 0 * 13 *', /^month: expected numbers from 1 to 12, names \(jan…\), /],
    ['0 0 * * 9', /^day of the week: expected numbers from 0 to 7, names \(sun…\), /],
    ['0 0 * * fre', /^day of the week: /],
    ['*/0 * * * *', /^minute: /],
    ['30-10 * * * *', /^minute: /],
    ['*-5 * * * *', /^minute: /],
    ['1,,2 * * * *', /^minute: /],
    ['1.5 * * * *', /^minute: /],
    ['-1 * * * *', /^minute: /],
    ['0 0 L * *', /^day of the month: /],
    ['0 0 * *', /^expected five fields/],
    ['0 0 0 * * *', /^expected five fields/],
    ['@daily', /^expected five fields/],
    ['CRON_TZ=UTC 0 0 * * *', /^expected five fields/],
    ['', /^expected five fields/],
  ])('%s is refused with the reason', (text, reason) => {
    expect(problem(text)).toMatch(reason);
  });
});
