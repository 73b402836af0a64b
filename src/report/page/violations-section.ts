import type { GuaranteeResult } from '../../domain/guarantees/guarantee.js';
import { markAt, SHAPES, violationPicture } from '../charts/violation-picture.js';
import { html, raw, type Html } from '../html.js';
import { historyTable, openTable, shownViolations, type ShownHistory, type Window } from '../violations.js';
import { area, entry, tableHtml } from './figures.js';

const legend = html`<ul class="legend">
  ${Object.entries(SHAPES).map(([what, { words }]) => entry(markAt(what as keyof typeof SHAPES, 8, 6), words))}
  ${entry(area('fault'), 'fault')}
</ul>`;

function historyFigure(history: ShownHistory): Html {
  const of = historyTable(history);
  return html`<figure>
    <figcaption>${history.text}</figcaption>
    ${raw(violationPicture(history))}
    <details>
      <summary>${of.caption}</summary>
      ${tableHtml(of)}
    </details>
  </figure>`;
}

/** Every violation with its history in words and as a picture, and what has no answer. Nothing where nothing is recorded, or all of it was held. */
export function violationsSection(
  scenario: string | null,
  results: readonly GuaranteeResult[] = [],
  window: Window,
): Html[] {
  const violated = shownViolations(scenario, results, window);
  const open = openTable(results);
  const parts = violated.map(
    ({ guarantee, text, rule, histories }) =>
      html`<p><strong>${guarantee}</strong>, ${text}${raw(rule === '' ? '' : '<br>')}${rule}</p>
        ${histories.map(historyFigure)}`,
  );
  return [
    ...(parts.length === 0 ? [] : [html`<h3>Violated guarantees</h3>`, legend, ...parts]),
    ...(open.rows.length === 0
      ? []
      : [
          html`<details>
            <summary>${open.caption}</summary>
            ${tableHtml(open)}
          </details>`,
        ]),
  ];
}
