import { EndedAtOnce, spawnDetached, type ProcessId, type SpawnRequest } from '../os/processes.js';
import { PortTaken, portTakenIn } from '../os/ports.js';
import { ChaosError } from '../../domain/errors.js';

/** The error of brokers that did not come up: their own failure, unless one of their logs says that a port was taken. */
export const notUp = (message: string, logFiles: readonly string[]): Error =>
  portTakenIn(logFiles) ? new PortTaken(message) : new ChaosError('CLUSTER_START_FAILED', message);

/** Starts a broker. One that has ended before anybody could look at it did not come up, like one that ends a moment later. */
export async function spawnBroker(request: SpawnRequest): Promise<ProcessId> {
  try {
    return await spawnDetached(request);
  } catch (error) {
    if (!(error instanceof EndedAtOnce)) throw error;
    throw Object.assign(notUp(error.message, [request.logFile]), { cause: error });
  }
}

/** Is it the error of such a broker? */
export const hasEndedAtOnce = (error: unknown): boolean => error instanceof Error && error.cause instanceof EndedAtOnce;
