import { phasePaths } from '../layout/phase-paths.js';
import { monotonicUs } from '../os/clock.js';
import { writeIfRoom } from '../os/files.js';
import { signalProcess, sweepOwned } from '../os/processes.js';
import { readStored, readStoredIfWhole, writeStored } from '../os/stored.js';
import { isOfPhase, phaseOwner, type PhaseRunner } from './phase.js';

/**
 * Asks the clients to stop publishing, drain and report. Nothing if they have ended. Returns when they were asked first (CLOCK_MONOTONIC): who asks again does
 * not move the border between two periods.
 */
export function stopClients(phaseDir: string): number {
  const { runner: runnerFile, stopped } = phasePaths(phaseDir);
  const runner = readStored<PhaseRunner>('phase runner', runnerFile);
  const first = readStoredIfWhole<{ stoppedUs?: number }>('clients stopped', stopped)?.stoppedUs;
  const stoppedUs = first ?? monotonicUs();
  if (runner === undefined) return stoppedUs;
  if (first === undefined) writeIfRoom(() => writeStored('clients stopped', stopped, { stoppedUs }));
  signalProcess(runner.process, 'SIGTERM');
  return stoppedUs;
}

/** Kills the clients of a phase and their watcher. Nothing if they have ended. */
export const killClients = (clusterDir: string, label: string): Promise<number> =>
  sweepOwned((found) => isOfPhase(phaseOwner({ clusterDir, label }), found));
