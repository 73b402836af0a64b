// The example of sdk_clients/CONTRACT.md has every field that the section documents, of the kind that it says, and no other.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ACK_STEPS, CLOSED_BY } from '../../src/domain/guarantees/history.js';
import { installRoot } from '../../src/host/os/tools.js';

const section = readFileSync(join(installRoot, 'sdk_clients', 'CONTRACT.md'), 'utf8').split(
  '\n## Ledger version 2\n',
)[1]!;
const named = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
const rowsAfter = (head: string): string[][] =>
  (section.split(`${head}\n`)[1] ?? '')
    .split('\n\n')[0]!
    .split('\n')
    .slice(1)
    .map((row) => row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));

const fieldsOf = new Map(rowsAfter('| line | fields |').map(([line = '', fields = '']) => [line, named(fields)]));
const documented = rowsAfter('| field | value | meaning |').flatMap(([fields = '', value = '', meaning = '']) =>
  named(fields).map((name) => [name, { value, meaning }] as const),
);
const about = new Map(documented);

type Line = Readonly<Record<string, unknown>>;
const lines = /```json\n(.*?)```/s
  .exec(section)![1]!
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Line);
const [header, ...events] = lines as [Line, ...Line[]];

const isNumber = (value: unknown): boolean => Number.isInteger(value);
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const KINDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && value !== '',
  number: isNumber,
  'number or null': (value) => value === null || isNumber(value),
  'true or false': isBoolean,
  'true, false or null': (value) => value === null || isBoolean(value),
  'will or null': (value) => value === null || (typeof value === 'object' && wrongIn(value as Line).length === 0),
};

/** Fields whose value is not of the kind that is documented. */
const wrongIn = (line: Line): string[] =>
  Object.entries(line).flatMap(([name, value]) =>
    KINDS[about.get(name)?.value ?? '']?.(value) === true ? [] : [name],
  );

const nameOf = ({ event }: Line): string => `\`${String(event)}\``;

describe('ledger version 2', () => {
  it('documents every field once, and no field that no line has', () => {
    expect(documented).toHaveLength(about.size);
    expect([...about.keys()].sort()).toEqual([...new Set([...fieldsOf.values()].flat())].sort());
  });

  it('has an example with a header and each event', () => {
    expect(lines).toHaveLength(10);
    const kinds = [...fieldsOf.keys()].filter((name) => /^`/.test(name));
    expect(kinds).toHaveLength(8);
    expect([...new Set(events.map(nameOf))].sort()).toEqual([...kinds].sort());
  });

  it('has in each line of the example its fields, in their order, of their kind', () => {
    expect(Object.keys(header)).toEqual(fieldsOf.get('header'));
    for (const event of events)
      expect(Object.keys(event)).toEqual([...fieldsOf.get('every event')!, ...fieldsOf.get(nameOf(event))!]);
    const will = events.find(({ event }) => event === 'connect')?.['will'] as Line;
    expect(Object.keys(will)).toEqual(fieldsOf.get('a `will`'));
    expect(lines.flatMap(wrongIn)).toEqual([]);
  });

  it('has its events in time order, within the time of the header', () => {
    const times = [...events.map((event) => Number(event['at_us'])), Number(header['end_us'])];
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('names every way in which a connection ends, and every step, that a checker knows', () => {
    expect(named(about.get('by')?.meaning ?? '')).toEqual(CLOSED_BY);
    expect(named(about.get('step')?.meaning ?? '')).toEqual(ACK_STEPS);
  });
});
