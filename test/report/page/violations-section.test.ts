import { expect, it } from 'vitest';
import { violationsSection } from '../../../src/report/page/violations-section.js';
import { NO_WINDOW } from '../../../src/report/violations.js';
import { everyMoment, guaranteeResult } from '../../../testing/reports/guarantees.js';

const shown = [{ text: 'one <b>was</b> lost', moments: everyMoment(1) }];
const violated = guaranteeResult({ state: 'violated', violations: 1, shown });
const section = (results: Parameters<typeof violationsSection>[1]): string =>
  violationsSection('kill', results, NO_WINDOW)
    .map(({ html }) => html)
    .join('');

const times = (text: string, part: string): number => text.split(part).length - 1;

it('is not there where nothing was recorded, or all was held', () => {
  expect(section(undefined)).toBe('');
  expect(section([guaranteeResult()])).toBe('');
});

it('has for each violation its sentence, its picture and its history as a table, and one legend', () => {
  const html = section([violated, { ...violated, sdk: 'rust' }]);
  expect(times(html, '<figcaption>one &lt;b&gt;was&lt;/b&gt; lost</figcaption>')).toBe(2);
  expect(times(html, 'role="img"')).toBe(2);
  expect(times(html, '<table')).toBe(2);
  expect(times(html, 'class="legend"')).toBe(1);
});

it('has what is open without a heading where nothing was violated', () => {
  const html = section([guaranteeResult({ state: 'undecided', why: 'the session was <lost>' })]);
  expect(html).toContain('the session was &lt;lost&gt;');
  expect(html).not.toMatch(/<h3|<figure/);
});
