import type { HistoryBreaker, HistoryEntry, HistoryIndex } from '../../domain/history.js';
import { durationText } from '../../domain/overdue.js';
import { localTimeOf } from '../format.js';
import { html, raw, type Html } from '../html.js';
import { REPORT_PAGE } from '../../domain/run-files.js';
import { pageFrame } from './frame.js';
import { SYMBOL } from '../report-sentences.js';
import { FILTER_SCRIPT, HISTORY_STYLE } from './history-assets.js';
import { trendSections } from './trends.js';

const unique = (values: readonly string[]): string[] => [...new Set(values)];

/** Names in the order in which the latest runs have them. */
function names(runs: readonly HistoryEntry[]): { scenarios: string[]; sdks: string[] } {
  const latest = [...runs].reverse();
  const scenarios = unique(latest.flatMap((run) => run.scenarios.map(({ name }) => name)));
  const sdks = unique(latest.flatMap((run) => run.scenarios.flatMap((s) => s.sdks.map(({ sdk }) => sdk))));
  return { scenarios, sdks };
}

/** `index.html`: every run in one page, made from `index.json` alone. */
export function historyPage(index: HistoryIndex): string {
  const { scenarios, sdks } = names(index.runs);
  const newestFirst = [...index.runs].reverse();
  const keyOf = (run: HistoryEntry): string =>
    run.scenarios
      .flatMap((s) =>
        (s.sdks.length > 0 ? s.sdks : [{ sdk: '', passed: s.passed }]).map(
          ({ sdk, passed }) => `${scenarios.indexOf(s.name)}.${sdks.indexOf(sdk)}${passed && s.passed ? '' : '!'}`,
        ),
      )
      .join(' ');
  const link = (run: HistoryEntry): string | null =>
    run.pruned_at !== undefined ? null : `${index.runs_at}${encodeURIComponent(run.run_id)}/${REPORT_PAGE}`;
  const body = html`<header>
      <h1>RobustMQ under chaos: every run</h1>
      ${summary(index.runs)} ${index.breakers.map(breaker)} ${index.breakers.map(waiting)}
      <form id="filter" aria-label="Filter">
        ${select(
          'scenario',
          'Scenario',
          scenarios.map((name, i) => [String(i), name]),
        )}
        ${select(
          'sdk',
          'SDK',
          sdks.map((name, i) => [String(i), name]),
        )}
        ${select('verdict', 'Verdict', VERDICTS)}
        <output id="shown" role="status">${index.runs.length} runs</output>
      </form>
    </header>
    <main>
      ${strip(newestFirst, link)} ${trendSections(index.runs, scenarios, sdks)}
      <section>
        <h2>Runs, latest first</h2>
        <div class="scroll" role="region" aria-label="Runs" tabindex="0">
          <table id="runs">
            <thead>
              <tr>
                <th scope="col">started</th>
                <th scope="col">verdict</th>
                <th scope="col">passed</th>
                <th scope="col">what happened</th>
              </tr>
            </thead>
            <tbody>
              ${newestFirst.map((run) => row(run, link(run), keyOf(run)))}
            </tbody>
          </table>
        </div>
      </section>
      <p class="muted">Made from <a href="index.json">index.json</a> alone.</p>
    </main>`;
  return pageFrame('RobustMQ under chaos: every run', body, { style: HISTORY_STYLE, script: FILTER_SCRIPT });
}

/** A run whose report was removed has nothing to link to. */
function mark(run: HistoryEntry, link: string | null): Html {
  const title = `${localTimeOf(run.started_at)} ${run.headline}`;
  if (link === null)
    return html`<span class="v ${run.headline}" role="img" title="${title}" aria-label="${title}"
      >${SYMBOL[run.headline]}</span
    >`;
  return html`<a class="v ${run.headline}" href="${link}" title="${title}" aria-label="${title}"
    >${SYMBOL[run.headline]}</a
  >`;
}

const started = (run: HistoryEntry, link: string | null): Html =>
  link === null
    ? html`<span title="the report was removed">${localTimeOf(run.started_at)}</span>`
    : html`<a href="${link}">${localTimeOf(run.started_at)}</a>`;

/** One mark per run. */
const strip = (runs: readonly HistoryEntry[], link: (run: HistoryEntry) => string | null): Html =>
  html`<section>
    <h2 id="strip-title">Verdicts, latest first</h2>
    <ol class="strip" aria-labelledby="strip-title">
      ${runs.map((run) => html`<li>${mark(run, link(run))}</li>`)}
    </ol>
    <ul class="legend">
      ${(['PASS', 'KNOWN', 'FAIL', 'INVALID', 'CANCELLED'] as const).map((headline) => html`<li><span class="v ${headline}" aria-hidden="true">${SYMBOL[headline]}</span> ${headline}</li>`)}
    </ul>
  </section>`;

const VERDICTS: readonly (readonly [string, string])[] = [
  ['passed', 'passed'],
  ['not', 'not passed'],
  ['KNOWN', 'run is KNOWN'],
  ['FAIL', 'run is FAIL'],
  ['INVALID', 'run is INVALID'],
  ['CANCELLED', 'run was cancelled'],
];

const select = (id: string, label: string, options: readonly (readonly [string, string])[]): Html =>
  html`<label
    >${label}
    <select id="${id}">
      <option value="">any</option>
      ${options.map(([value, text]) => html`<option value="${value}">${text}</option>`)}
    </select></label
  >`;

function summary(runs: readonly HistoryEntry[]): Html {
  const last = runs.at(-1);
  if (last === undefined) return html`<p>No runs yet.</p>`;
  const recent = runs.slice(-30);
  const passed = recent.filter((run) => run.run_passed).length;
  const known = recent.filter((run) => run.headline === 'KNOWN').length;
  return html`<p>
    Latest: <strong>${last.headline}</strong>, ${localTimeOf(last.finished_at)}. Of the latest ${recent.length} runs
    ${passed} passed${known > 0 ? `, and in ${known} nothing failed but what is known` : ''}.
  </p>`;
}

function breaker({ cluster, failures_in_a_row, open, since, note }: HistoryBreaker): Html {
  const state = open ? 'open: no full run starts until a person resumes' : 'closed';
  const text = `Breaker of ${cluster}: ${state}; ${failures_in_a_row} failed in a row${since === null ? '' : `, since ${localTimeOf(since)}`}.${note === null ? '' : ` ${note}`}`;
  return html`<p${open ? raw(' class="caveat"') : null}>${text}</p>`;
}

/** Shown by the page's script, which knows how late it is: nobody has to be alive here to write it. */
function waiting({ cluster, waiting: awaited, unplanned }: HistoryBreaker): Html {
  const problem =
    unplanned === null || unplanned === undefined ? null : html`<p class="caveat">${`${cluster}: ${unplanned}`}</p>`;
  if (awaited === null || awaited === undefined) return html`${problem}`;
  const { since, every_ms: every, overdue_after_ms: limit } = awaited;
  const late = html`<p
    class="caveat"
    hidden
    data-cluster="${cluster}"
    data-since="${since}"
    data-limit="${String(limit)}"
    data-every="${durationText(every)}"
  ></p>`;
  return html`${late}${problem}`;
}

const row = (run: HistoryEntry, link: string | null, key: string): Html =>
  html`<tr data-v="${run.headline}" data-s="${key}">
    <th scope="row">${started(run, link)}</th>
    <td>${run.headline}</td>
    <td>${run.pass_rate} %</td>
    <td>${run.summary.replace(/^[A-Z]+(: |, )/, '')}</td>
  </tr> `;
