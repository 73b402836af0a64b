import { writeSync } from 'node:fs';

/**
 * One line of a background process into its log, which is its standard output. A line that a full disk does not take is lost, and nothing else: a
 * stream of Node's would take no further line, or end the process.
 */
export function logLine(text: string): void {
  try {
    writeSync(process.stdout.fd, `${new Date().toISOString()} ${text}\n`);
  } catch {
    // Whoever watches over others goes on.
  }
}

/** For a process whose output is also written by others: what cannot be written there never ends it. */
export function outliveOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
