import { visibleLines } from '../domain/verbatim.js';
import { mark } from './format.js';

/** Text that is known to be HTML: everything else is escaped where it is put in. */
export interface Html {
  readonly html: string;
}

type Part = string | number | Html | readonly Html[] | null | undefined;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string => visibleLines(text).replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);

export const raw = (text: string): Html => ({ html: text });

function partText(part: Part): string {
  if (part === null || part === undefined) return '';
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  if ('html' in part) return part.html;
  return part.map(({ html }) => html).join('');
}

/** Tag of a template whose values are escaped, but for those that are HTML already. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return raw(strings.reduce((text, string, i) => text + partText(parts[i - 1]) + string));
}

/** A cell that begins with a mark gets its colour, too. */
function toneOf(text: string): Html | null {
  if (text.startsWith(mark(true))) return raw(' class="yes"');
  return text.startsWith(mark(false)) ? raw(' class="no"') : null;
}

/**
 * A table in a box that scrolls by itself, reachable by keyboard; the first cell of a row is its head. With a key, a cell says what it is:
 * `data-cell="<key>/<first cell of its row>/<head of its column>"`.
 */
export function htmlTable(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  key?: string,
): Html {
  const body = rows.map((row) => {
    const cells = row.map((text, i) => {
      const tone = toneOf(text);
      const name =
        i === 0 || key === undefined ? null : html` data-cell="${`${key}/${row[0] ?? ''}/${head[i] ?? ''}`}"`;
      // Prettier would put a space before an attribute that is a value: the tag's name is one, too.
      const open = i === 0 ? 'th scope="row"' : 'td';
      return html`<${raw(open)}${name}${tone}>${text}</${raw(i === 0 ? 'th' : 'td')}>`;
    });
    return html`<tr>
      ${cells}
    </tr> `;
  });
  return html`<p class="cap" aria-hidden="true">${caption}</p>
    <div class="scroll" role="region" aria-label="${caption}" tabindex="0">
      <table aria-label="${caption}">
        <thead>
          <tr>
            ${head.map((text) => (text === '' ? raw('<td></td>') : html`<th scope="col">${text}</th>`))}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>`;
}
