import type { RunData } from '../../domain/report-data.js';
import type { ScenarioCharts } from '../charts.js';
import { changeLines } from '../changes.js';
import { mark, number } from '../format.js';
import { guaranteesTable } from '../guarantees.js';
import { html, type Html } from '../html.js';
import { newsTable } from '../news.js';
import { commandsAgain, factLines, processorsLines, SYMBOL, versionsOf } from '../report-sentences.js';
import type { RunSources } from '../sources.js';
import { caveats, summaryOf } from '../summary.js';
import { checksTable, clientTable, lossesTable, lostMessagesTable, overviewTable, worstFirst } from '../tables.js';
import { NO_WINDOW } from '../violations.js';
import { tableHtml, whereThereAreRows } from './figures.js';
import { inline, pageFrame, paragraph } from './frame.js';
import { anchorOf, scenarioSection } from './scenario-section.js';
import { violationsSection } from './violations-section.js';

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
      ${caveats(data).map((text) => html`<p class="caveat"><strong>Note:</strong> ${text}</p>`)} ${news(data)}
      ${headTables(data)} ${paragraph(factLines(data).slice(0, 2))}
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

/** What is new, known and gone. */
function news(data: RunData): Html | null {
  const of = newsTable(data);
  if (of === null) return null;
  return html`<section id="news">
    <h2>${of.caption}</h2>
    ${whereThereAreRows(of)}
  </section>`;
}

/** Figures that are others than before, though no limit was crossed; and what became of each guarantee. */
function headTables(data: RunData): Html[] {
  const lines = changeLines(data);
  const guarantees = guaranteesTable(data);
  return [
    ...(lines.length === 0 ? [] : [html`<section id="changes">${paragraph(lines)}</section>`]),
    ...(guarantees === null
      ? []
      : [
          html`<section id="guarantees">
            <h2>${guarantees.caption}</h2>
            ${tableHtml(guarantees)}
          </section>`,
        ]),
  ];
}

/** Cells that break between their two figures only. */
function overview(data: RunData): Html {
  const of = overviewTable(data);
  const whole = (cell: string): string => cell.replaceAll(' ', '\u00a0').replaceAll(',\u00a0', ', ');
  return tableHtml({ ...of, rows: of.rows.map((row) => row.map((cell, i) => (i === 0 ? cell : whole(cell)))) });
}

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

function control(data: RunData): Html {
  const of = clientTable('Control run', data.control, data.controlVerdicts, 'control');
  return html`<section>
    <h2 id="control">Control run: the same clients, no fault</h2>
    ${whereThereAreRows(of) ?? html`<p>There was no control run.</p>`}
    ${whereThereAreRows(checksTable({ sdkVerdicts: data.controlVerdicts }))}
    ${[...processorsLines(data.control).map((line) => html`<p>${line}</p>`), ...violationsSection(null, data.controlGuarantees, NO_WINDOW)]}
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
