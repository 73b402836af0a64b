import { ChaosError } from '../../domain/errors.js';
import { hostTroubleIn } from '../../domain/host-trouble.js';
import { freeRoom, LOW_BYTES } from '../os/disk.js';
import { readTail } from '../os/files.js';
import { whoHolds } from '../os/port-holders.js';
import { saysPortTaken } from '../os/ports.js';
import { isUp } from './broker-processes.js';
import type { FaultCluster } from './contract.js';
import type { Node } from './state-file.js';

/** What stands between this program and one broker. */
export interface BrokerGround {
  readonly node: Node;
  /** Every port that it listens on, and at which address; none where it has a network of its own. */
  readonly ports: readonly number[];
  readonly address: '127.0.0.1' | '0.0.0.0';
  /** Where its last words are. */
  readonly logFiles: readonly string[];
}

/** A dying program's last words are in here. */
const TAIL_BYTES = 65_536;

const tailOf = (file: string): string => readTail(file, TAIL_BYTES);

function diskProblem(folder: string): string | undefined {
  return freeRoom(folder).bytes < LOW_BYTES ? `the disk of ${folder} is full` : undefined;
}

/** A broker cannot serve where somebody else has one of its ports: somebody has it now, or the broker said so itself when it started. */
function portProblem({ node, ports, address, logFiles }: BrokerGround): string | undefined {
  const owner = isUp(node) ? (node.process?.pid ?? null) : null;
  const holder = whoHolds({ ports, address, owner });
  if (holder !== undefined) return `port ${holder.port} of ${node.id} is held by ${holder.who}`;
  const said = logFiles
    .flatMap((file) => tailOf(file).split('\n'))
    .filter(saysPortTaken)
    .at(-1);
  return said && `${node.id} found a port taken: ${said.trim().slice(0, 200)}`;
}

/** A disk of its own is no part of the host: what a broker says of it is what a fault did to it. One of the host's that is full is seen by itself. */
const isOfOwnDisk = ({ disk }: Node, line: string): boolean => disk != null && /no space left on device/i.test(line);

function hostProblem({ node, logFiles }: BrokerGround): string | undefined {
  const linesOf = (file: string): string[] =>
    tailOf(file)
      .split('\n')
      .filter((line) => !isOfOwnDisk(node, line));
  const said = logFiles.map((file) => hostTroubleIn(linesOf(file).join('\n'))).find((line) => line !== undefined);
  return said && `the host of ${node.id}: ${said}`;
}

/**
 * What of this host or of ours stands between us and the brokers, and does not work; undefined if all of it was seen to work. A broker may be blamed only
 * then.
 */
export async function equipmentProblem(
  dir: string,
  grounds: readonly BrokerGround[],
  proxyProblem: (dir: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const found = [diskProblem(dir), ...grounds.map(portProblem), ...grounds.map(hostProblem)];
  return found.find((problem) => problem !== undefined) ?? (await proxyProblem(dir));
}

/** The error of a broker that is not back: the broker's own, if everything of ours is seen to work; else the equipment's, which says what is wrong. */
export async function notBack({ dir, driver }: FaultCluster, message: string): Promise<ChaosError> {
  const problem = await driver.equipmentProblem(dir).catch((error: unknown) => String(error));
  if (problem === undefined) return new ChaosError('BROKER_NOT_BACK', message);
  return new ChaosError('EQUIPMENT_FAILED', `${message}; this is not blamed on the broker: ${problem}`);
}
