import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runPaths } from '../../src/host/layout/paths.js';
import { phasePaths } from '../../src/host/layout/phase-paths.js';
import { runFiles } from '../../src/report/run-files.js';
import type { RunSources } from '../../src/report/sources.js';

const write = (path: string, content: string | Buffer): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
};

/** A ledger as a client leaves it in the folder of its run. */
export function writeLedger(folder: string, { scenario, phase, sdk, ledger }: RunSources['ledgers'][number]): void {
  const lines = [{ ledger: 1, end_us: ledger.endUs }, ...ledger.events, ...ledger.messages];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  write(phasePaths(runPaths(folder).phase(scenario, phase)).client(sdk).packedLedger, gzipSync(text));
}

/** A whole run as it lies in its folder: mark, report in all its forms, ledgers. */
export function writeRun(folder: string, sources: RunSources): void {
  const { runId, startedAt } = sources.data;
  write(runPaths(folder).mark, JSON.stringify({ workflowId: runId, temporalRunId: 't', startedAt }));
  for (const [path, text] of runFiles(sources)) write(join(folder, path), text);
  for (const ledger of sources.ledgers) writeLedger(folder, ledger);
}
