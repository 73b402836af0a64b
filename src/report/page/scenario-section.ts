import type { ScenarioResult } from '../../domain/report-data.js';
import type { ScenarioCharts } from '../charts.js';
import { crowdTable } from '../crowd.js';
import { entriesTable } from '../entries.js';
import { mark } from '../format.js';
import { html, raw, type Html } from '../html.js';
import { comparedLine, faultLines, processorsLines } from '../report-sentences.js';
import type { RunSources } from '../sources.js';
import {
  checksTable,
  clientTable,
  evidenceTable,
  FAULT_PERIOD_TERMS,
  faultPeriodTable,
  figuresTable,
  leaderTable,
  lostByPeriodTable,
  type Table,
} from '../tables.js';
import {
  figure,
  percentileLegend,
  percentileTable,
  tableHtml,
  timelineLegend,
  timelineTable,
  whereThereAreRows,
} from './figures.js';
import { paragraph } from './frame.js';
import { violationsSection } from './violations-section.js';

export const anchorOf = (scenario: string): string => `scenario-${scenario}`;

/** One scenario: the fault and its proofs, what the clients met, and what the brokers said. */
export function scenarioSection(sources: RunSources, result: ScenarioResult, charts: ScenarioCharts | undefined): Html {
  const { data } = sources;
  const { scenario, verdict, fault, snapshots, notes } = result;
  const validation = clientTable(
    'Validation: the only basis of the verdict',
    result.validation,
    result.sdkVerdicts,
    `${scenario.name}/validation`,
  );
  return html`<section>
    <h2 id="${anchorOf(scenario.name)}">${mark(verdict.passed)} ${scenario.name}: ${verdict.status}</h2>
    ${paragraph(faultLines(data, result))} ${whereThereAreRows(checksTable(result))} ${timelineFigure(result, charts)}
    ${whereThereAreRows(entriesTable(result, data.plan.timing.faultWindowMs))}
    ${whereThereAreRows(evidenceTable('Proof that it bit', fault.bite))} ${whereThereAreRows(leaderTable(result))}
    ${whereThereAreRows(evidenceTable('Proof that it is over', fault.healed))}
    ${whereThereAreRows(captioned(faultPeriodTable(result), `During the fault: ${FAULT_PERIOD_TERMS}`))}
    ${whereThereAreRows(lostByPeriodTable(result))} ${whereThereAreRows(crowdTable(result))}
    ${whereThereAreRows(validation)}
    ${validation.rows.length === 0 ? null : paragraph([comparedLine(data, result), ...processorsLines(result.validation)])}
    ${charts?.percentiles === undefined ? null : figure(charts.percentiles, percentileLegend, percentileTable(scenario.name, charts.curves))}
    ${[...violationsSection(scenario.name, result.guarantees, fault), brokerLog(sources, scenario.name)]}
    ${
      snapshots.flatMap((s) => s.warnings).length === 0
        ? null
        : html`<h3>Missing in snapshots</h3>
            <ul class="lines">
              ${snapshots.flatMap((s) => s.warnings.map((warning) => html`<li>${s.label}: ${warning}</li>`))}
            </ul>`
    }
    ${
      snapshots.length === 0
        ? null
        : html`<details>
            <summary>Metrics that changed</summary>
            ${tableHtml(figuresTable(snapshots))}
          </details>`
    }
    ${
      notes.length === 0
        ? null
        : html`<h3>Notes</h3>
            <ul>
              ${notes.map((note) => html`<li>${note}</li>`)}
            </ul>`
    }
  </section>`;
}

const captioned = (of: Table, caption: string): Table => ({ ...of, caption });

function timelineFigure({ scenario }: ScenarioResult, charts: ScenarioCharts | undefined): Html {
  if (charts?.timeline === undefined)
    return html`<p class="muted">No timeline: no client of this scenario left a ledger.</p>`;
  const { chart, timeline } = charts.timeline;
  return figure(chart, timelineLegend(timeline), timelineTable(scenario.name, timeline));
}

const LOUDNESS = {
  never: 'must never appear',
  panic: 'panic',
  error: 'error',
  warning: 'warning',
  benign: 'normal near a kill',
} as const;

function brokerLog({ logs }: RunSources, scenario: string): Html {
  const lines = logs[scenario];
  if (lines === undefined || lines.length === 0)
    return html`<p class="muted">The brokers logged no warning, error or panic.</p>`;
  const sum = (groups: typeof lines): number => groups.reduce((all, group) => all + group.count, 0);
  const usual = sum(lines.filter(({ loudness }) => loudness === 'benign'));
  const apart = usual === 0 ? '' : `, and ${usual} that are normal near a kill`;
  const of: Table = {
    caption: `What the brokers logged: ${sum(lines) - usual} warnings, errors and panics${apart}; equal lines are grouped`,
    head: ['level', 'node', 'times', 'first example'],
    rows: lines.map(({ loudness, node, count, text }) => [LOUDNESS[loudness], node, String(count), text]),
  };
  const open = lines.some(({ loudness }) => loudness === 'never' || loudness === 'panic');
  return html`<details${open ? raw(' open') : null}><summary>${of.caption}</summary>${tableHtml(of)}</details>`;
}
