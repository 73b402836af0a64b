import { visible } from '../domain/verbatim.js';
import { escapeHtml } from './html.js';

/** One element. Attributes and text may hold words of others: what XML cannot say, or would change, is shown escaped. Children are elements already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: string | readonly string[] = [],
): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeHtml(visible(String(value)))}"`);
  const inside = typeof content === 'string' ? escapeHtml(content) : content.join('');
  return inside === ''
    ? `<${name}${given.join('')}/>\n`
    : `<${name}${given.join('')}>${typeof content === 'string' ? '' : '\n'}${inside}</${name}>\n`;
}

export const xmlFile = (root: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n${root}`;
