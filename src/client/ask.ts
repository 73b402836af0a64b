import { createInterface } from 'node:readline/promises';

/** Asks a person on a terminal; only `y` or `yes` is a yes. Where there is no terminal, nobody can be asked, and it is one. */
export async function agreed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  // Ctrl-C and Ctrl-D close it, and leave a question without an answer.
  const answer = await Promise.race([terminal.question(`${question} [y/N] `).catch(() => ''), closed]);
  terminal.close();
  return /^\s*y(es)?\s*$/i.test(answer);
}
