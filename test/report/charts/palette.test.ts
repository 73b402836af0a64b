import { expect, it } from 'vitest';
import {
  colour,
  colourValues,
  PALETTE_CSS,
  withVariables,
  type ColourName,
} from '../../../src/report/charts/palette.js';

const NAMES: readonly ColourName[] = ['bg', 'text', 'muted', 'ok', 'late', 'unacked', 'lost', 'second', 'link'];

it('a colour becomes a variable once it is drawn, and anything else stays as it is', () => {
  expect(withVariables(`<path fill="${colour('ok')}" stroke="${colour('lost')}"/>`)).toBe(
    '<path fill="var(--ok)" stroke="var(--lost)"/>',
  );
  expect(withVariables('#0d0eff #123456')).toBe('#0d0eff #123456');
  expect(new Set(NAMES.map(colour)).size).toBe(NAMES.length);
});

it('every variable has a value for light and for dark', () => {
  const [light, dark] = PALETTE_CSS.split('@media (prefers-color-scheme:dark)');
  for (const name of NAMES) {
    expect(light).toContain(`--${name}:${colourValues(name)[0]}`);
    expect(dark).toContain(`--${name}:${colourValues(name)[1]}`);
  }
});

/** Relative luminance by WCAG 2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

it.each([0, 1] as const)('text has 4.5 times the contrast and marks three times, in scheme %i', (scheme) => {
  const of = (name: ColourName): number => contrast(colourValues(name)[scheme], colourValues('bg')[scheme]);
  for (const name of ['text', 'muted', 'link'] as const) expect(of(name), name).toBeGreaterThan(4.5);
  for (const name of ['ok', 'late', 'unacked', 'lost', 'second'] as const) expect(of(name), name).toBeGreaterThan(3);
});
