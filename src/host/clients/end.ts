import { phasePaths } from '../layout/phase-paths.js';
import { signalProcess, sweepOwned } from '../os/processes.js';
import { readStored } from '../os/stored.js';
import { isOfPhase, phaseOwner, type PhaseRunner } from './phase.js';

/** Asks the clients to stop publishing, drain and report. Nothing if they have ended. */
export function stopClients(phaseDir: string): void {
  const runner = readStored<PhaseRunner>('phase runner', phasePaths(phaseDir).runner);
  if (runner !== undefined) signalProcess(runner.process, 'SIGTERM');
}

/** Kills the clients of a phase and their watcher. Nothing if they have ended. */
export const killClients = (clusterDir: string, label: string): Promise<number> =>
  sweepOwned((found) => isOfPhase(phaseOwner({ clusterDir, label }), found));
