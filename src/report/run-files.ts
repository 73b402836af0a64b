import { chartsOf } from './charts.js';
import { chartFile } from './charts/render.js';
import { CHARTS_FOLDER, JUNIT_XML, REPORT_JSON, REPORT_MARKDOWN, REPORT_PAGE } from '../domain/run-files.js';
import { jsonReport } from './json.js';
import { junitReport } from './junit.js';
import { markdownReport } from './markdown.js';
import { reportPage } from './page/report-page.js';
import type { RunSources } from './sources.js';

/** Every file that is made from a run: path in the run's folder → content. The same sources give the same bytes. */
export function runFiles(sources: RunSources): Map<string, string> {
  const charts = chartsOf(sources);
  const pictures = charts.flatMap(({ scenario, timeline, percentiles }) =>
    [timeline?.chart, percentiles].flatMap((chart) =>
      chart === undefined
        ? []
        : [{ scenario, title: chart.title, path: `${CHARTS_FOLDER}/${chart.name}.svg`, content: chartFile(chart) }],
    ),
  );
  return new Map([
    ...pictures.map(({ path, content }) => [path, content] as const),
    [JUNIT_XML, junitReport(sources.data)],
    [REPORT_PAGE, reportPage(sources, charts)],
    [REPORT_MARKDOWN, markdownReport(sources.data, pictures)],
    [REPORT_JSON, `${JSON.stringify(jsonReport(sources.data), null, 2)}\n`],
  ]);
}
