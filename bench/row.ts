export { median } from '../testing/median.js';

/** What a row is given to run with. */
export interface Context {
  /** Everything that is written goes here, and is thrown away afterwards. */
  readonly folder: string;
  readonly sdks: readonly string[];
  /** Another folder of clients than the project's own: how a planted defect gets in. */
  readonly clients: string | undefined;
  /** Another copy of the built program than the project's own, for the same reason: the folder that its `dist` lies in. */
  readonly program: string | undefined;
  /** Fewer or more than the row's own number of repeats. */
  readonly repeats: number | undefined;
  /** One line of progress. */
  readonly say: (text: string) => void;
}

/** What came out of a row. */
export interface Measured {
  readonly reached: boolean;
  /** The figure in a few words, for the table. */
  readonly value: string;
  /** More for whoever wants to know; Markdown. */
  readonly detail: string[];
  readonly data: unknown;
}

/** One figure of the table, and the code that measures it. */
export interface Row {
  readonly id: number;
  readonly figure: string;
  readonly target: string;
  readonly run: (context: Context) => Promise<Measured>;
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export const msText = (ms: number): string => `${ms < 100 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
