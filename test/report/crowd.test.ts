import { expect, it } from 'vitest';
import { markdownReport } from '../../src/report/markdown.js';
import { crowdTable } from '../../src/report/crowd.js';
import { dash } from '../../src/report/format.js';
import { scenarioSection } from '../../src/report/page/scenario-section.js';
import { crowded } from '../../testing/reports/crowd.js';
import { result, runData } from '../../testing/reports/values.js';
import { scenario } from '../../testing/values.js';

const data = runData({ scenarios: [crowded] });

it('a crowd is a row for each SDK: who was thrown out, when they were back, and what it was that they waited for', () => {
  const { head, rows } = crowdTable(crowded);
  expect(rows).toEqual([
    ...[['go', '1000', '334', '334', '1.23 s', '4.00 s', '6.10 s', '12', '7', '166 of 167', '31 %', '80 %']],
    ['rust', '1000', '334', '0', ...Array<string>(3).fill(dash), '12', '7', ...Array<string>(3).fill(dash)],
  ]);
  expect(head).toHaveLength(12);
});

it('a crowd is in Markdown and on the page, and nothing of it where there was none', () => {
  const { caption } = crowdTable(crowded);
  expect(markdownReport(data)).toContain(`**${caption}**`);
  expect(scenarioSection({ data, ledgers: [], logs: {} }, crowded, undefined).html).toContain(caption);
  const calm = result(scenario('kill'));
  expect(markdownReport(runData({ scenarios: [calm] }))).not.toContain(caption);
  expect(scenarioSection({ data, ledgers: [], logs: {} }, calm, undefined).html).not.toContain(caption);
});
