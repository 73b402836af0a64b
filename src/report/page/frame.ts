import { escapeHtml, html, raw, type Html } from '../html.js';
import { STYLE } from './style.js';

/** A whole page in one file. The policy forbids everything that would leave it; scripts run only where the page brings one along. */
export function pageFrame(
  title: string,
  body: Html,
  extra: { readonly style?: string; readonly script?: string } = {},
): string {
  const script = extra.script === undefined ? '' : `<script>${extra.script}</script>\n`;
  const policy = `default-src 'none'; style-src 'unsafe-inline'${extra.script === undefined ? '' : "; script-src 'unsafe-inline'"}`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <title>${title}</title>
        <style>
          ${raw(STYLE + (extra.style ?? ''))}
        </style>
      </head>
      <body>
        ${body} ${raw(script)}
      </body>
    </html> `.html;
}

/** Markdown of one line, as the report's texts use it: `code`, **bold**, and what src/domain/verbatim.ts makes of words of others. */
export const inline = (text: string): Html =>
  raw(
    text
      .split(/(`[^`]+`|\*\*[^*`]+\*\*|&#96;|&#124;)/)
      .map((part) => {
        if (part === '&#96;' || part === '&#124;') return part;
        if (part.startsWith('`'))
          return `<code>${escapeHtml(part.slice(1, -1).replace(/^ (.*[^ ].*) $/, '$1'))}</code>`;
        return part.startsWith('**') ? `<strong>${escapeHtml(part.slice(2, -2))}</strong>` : escapeHtml(part);
      })
      .join(''),
  );

export const paragraph = (lines: readonly string[]): Html =>
  html`<p>${lines.map((line, i) => html`${raw(i === 0 ? '' : '<br>\n')}${inline(line)}`)}</p>`;
