import { join } from 'node:path';

/** What `cluster.update` leaves in a run's folder. */
export interface UpdatePaths {
  /** What it was begun with. */
  readonly begun: string;
  /** Output of the command. */
  readonly log: string;
  /** How the command ended. */
  readonly exit: string;
  /** What came of it. */
  readonly outcome: string;
}

export const updatePaths = (runDir: string): UpdatePaths => ({
  begun: join(runDir, 'update-begun.json'),
  log: join(runDir, 'update.log'),
  exit: join(runDir, 'update-exit.json'),
  outcome: join(runDir, 'update.json'),
});
