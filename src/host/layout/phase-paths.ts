import { join } from 'node:path';
import { LEDGER } from '../../domain/run-files.js';

/** The folder of one phase's clients. */
export interface PhasePaths {
  readonly spec: string;
  /** Which process watches the clients, and its own output. */
  readonly runner: string;
  readonly runnerLog: string;
  /** The clients' START_FILE, where something has to be done between their subscription and their first message. */
  readonly start: string;
  /** When the clients were told to stop publishing. */
  readonly stopped: string;
  /** What the checkers said of the clients' ledgers. */
  readonly guarantees: string;
  readonly client: (sdk: string) => ClientPaths;
}

export interface ClientPaths {
  readonly dir: string;
  readonly ready: string;
  readonly exit: string;
  readonly result: string;
  /** As the client writes it, and packed once it has ended. */
  readonly ledger: string;
  readonly packedLedger: string;
  readonly stdout: string;
  readonly stderr: string;
}

export const phasePaths = (dir: string): PhasePaths => ({
  spec: join(dir, 'phase.json'),
  runner: join(dir, 'runner.json'),
  runnerLog: join(dir, 'runner.log'),
  start: join(dir, 'start'),
  stopped: join(dir, 'stopped.json'),
  guarantees: join(dir, 'guarantees.json'),
  client: (sdk) => clientPaths(join(dir, sdk)),
});

const clientPaths = (dir: string): ClientPaths => ({
  dir,
  ready: join(dir, 'ready.json'),
  exit: join(dir, 'exit.json'),
  result: join(dir, 'result.json'),
  ledger: join(dir, LEDGER.replace(/\.gz$/, '')),
  packedLedger: join(dir, LEDGER),
  stdout: join(dir, 'stdout.log'),
  stderr: join(dir, 'stderr.log'),
});
