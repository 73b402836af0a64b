import type { RunData, ScenarioResult } from '../../domain/report-data.js';
import type { ScenarioCharts } from '../charts.js';
import { mark, number } from '../format.js';
import { html, raw, type Html } from '../html.js';
import type { RunSources } from '../sources.js';
import { caveats, summaryOf } from '../summary.js';
import {
  checksTable,
  clientTable,
  evidenceTable,
  FAULT_PERIOD_TERMS,
  faultPeriodTable,
  figuresTable,
  leaderTable,
  lossesTable,
  lostMessagesTable,
  overviewTable,
  worstFirst,
  type Table,
} from '../tables.js';
import {
  commandsAgain,
  comparedLine,
  factLines,
  faultLines,
  processorsLines,
  SYMBOL,
  versionsOf,
} from '../report-sentences.js';
import { figure, percentileLegend, percentileTable, tableHtml, timelineLegend, timelineTable } from './figures.js';
import { inline, pageFrame, paragraph } from './frame.js';

const anchorOf = (scenario: string): string => `scenario-${scenario}`;

/** `report.html`: one file that needs nothing else. */
export function reportPage(sources: RunSources, charts: readonly ScenarioCharts[]): string {
  const { data } = sources;
  const scenarios = worstFirst(data.scenarios);
  const [verdict = '', reasons = ''] = summaryOf(data).split(' — ');
  const body = html`<header>
      <h1 class="verdict ${data.headline === 'PASS' ? 'pass' : data.headline === 'FAIL' ? 'fail' : 'other'}">
        ${SYMBOL[data.headline]} ${verdict}
      </h1>
      ${
        reasons === ''
          ? null
          : html`<ul class="reasons">
              ${reasons.split(' · ').map((reason) => html`<li>${reason}</li>`)}
            </ul>`
      }
      ${caveats(data).map((text) => html`<p class="caveat"><strong>Note:</strong> ${text}</p>`)}
      ${paragraph(factLines(data).slice(0, 2))}
      <nav aria-label="Sections">
        <ul>
          ${scenarios.map(({ scenario, verdict }) => html`<li><a href="#${anchorOf(scenario.name)}">${mark(verdict.passed)} ${scenario.name}</a></li>`)}
          <li><a href="#control">control run</a></li>
          <li><a href="#versions">versions, run it again</a></li>
        </ul>
      </nav>
    </header>
    <main>
      <section>
        <h2>${overviewTable(data).caption}</h2>
        ${overview(data)}
      </section>
      ${losses(data)}
      ${scenarios.map((result) =>
        scenarioSection(
          sources,
          result,
          charts.find((c) => c.scenario === result.scenario.name),
        ),
      )}
      ${control(data)} ${ending(data)} ${versions(data)}
    </main>`;
  return pageFrame(`${data.headline} ${data.runId}`, body);
}

/** Cells that break between their two figures only. */
function overview(data: RunData): Html {
  const of = overviewTable(data);
  const whole = (cell: string): string => cell.replaceAll(' ', '\u00a0').replaceAll(',\u00a0', ', ');
  return tableHtml({ ...of, rows: of.rows.map((row) => row.map((cell, i) => (i === 0 ? cell : whole(cell)))) });
}

const whereThereAreRows = (of: Table): Html | null => (of.rows.length === 0 ? null : tableHtml(of));

/** The messages that the broker acknowledged and never delivered, by name. */
function losses({ losses }: RunData): Html | null {
  if (losses.length === 0) return null;
  return html`<section id="losses">
    <h2>Messages that were acknowledged and never delivered</h2>
    ${tableHtml(lossesTable(losses))}
    ${losses
      .filter((loss) => loss.messages.length > 0)
      .map((loss) => {
        const of = lostMessagesTable(loss, loss.messages.length);
        return html`<details>
          <summary>${of.caption}</summary>
          ${tableHtml(of)}
        </details>`;
      })}
  </section>`;
}

function scenarioSection(sources: RunSources, result: ScenarioResult, charts: ScenarioCharts | undefined): Html {
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
    ${whereThereAreRows(evidenceTable('Proof that the fault took effect', fault.bite))}
    ${whereThereAreRows(leaderTable(result))}
    ${whereThereAreRows(evidenceTable('Proof that the fault is over', fault.healed))}
    ${whereThereAreRows(captioned(faultPeriodTable(result), `During the fault: ${FAULT_PERIOD_TERMS}`))}
    ${whereThereAreRows(validation)}
    ${validation.rows.length === 0 ? null : paragraph([comparedLine(data, result), ...processorsLines(result.validation)])}
    ${charts?.percentiles === undefined ? null : figure(charts.percentiles, percentileLegend, percentileTable(scenario.name, charts.curves))}
    ${brokerLog(sources, scenario.name)}
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

function control(data: RunData): Html {
  const of = clientTable('Control run', data.control, data.controlVerdicts, 'control');
  return html`<section>
    <h2 id="control">Control run: the same clients, no fault</h2>
    ${whereThereAreRows(of) ?? html`<p>There was no control run.</p>`}
    ${processorsLines(data.control).map((line) => html`<p>${line}</p>`)}
  </section>`;
}

function ending({ endSnapshot, notes }: RunData): Html | null {
  const said = [...(endSnapshot?.neverLines ?? []), ...(endSnapshot?.warnings ?? [])];
  if (said.length + notes.length === 0) return null;
  return html`<section>
    <h2>Notes</h2>
    <ul>
      ${[...said, ...notes].map((note) => html`<li>${note}</li>`)}
    </ul>
  </section>`;
}

function versions(data: RunData): Html {
  const { plan } = data;
  const rows = versionsOf(data).map(
    ([name, version]) =>
      html`<dt>${name}</dt>
        <dd>${version}</dd>`,
  );
  return html`<section>
    <h2 id="versions">Versions, and how to run it again</h2>
    <dl>
      ${rows}
      <dt>config</dt>
      <dd>${plan.configPath}, sha256 ${plan.configSha256}</dd>
      <dt>load of each SDK</dt>
      <dd>
        ${plan.load.messages} messages, ${number(plan.load.ratePerSecond)} per second, ${plan.load.payloadBytes} bytes
      </dd>
    </dl>
    <pre tabindex="0">${commandsAgain(data).join('\n')}</pre>
    ${paragraph([
      `Judge the stored ledgers again by today's rules: \`robustmq-chaos rejudge ${data.runId}\`. Compare with another run: \`robustmq-chaos compare <run_id> ${data.runId}\`.`,
    ])}
    <p>
      ${inline('Beside this file: `report.json` (everything above), `scenarios/<name>/{fault,validation}/<sdk>/ledger.ndjson.gz` (every message), `faults/`, `snapshots/`, `cluster/` (configs and logs of every broker).')}
    </p>
  </section>`;
}
