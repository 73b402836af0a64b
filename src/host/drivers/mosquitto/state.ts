import type { ProcessId } from '../../os/processes.js';
import { clusterLock, stateFile } from '../state-file.js';
import { proxyServer, type ProxyState } from '../toxiproxy/proxies.js';

export const HOST = '127.0.0.1';

export interface MosquittoNode {
  readonly id: string;
  /** The broker's own port. */
  readonly mqttPort: number;
  /** What clients get: the proxy's port in front of it. */
  readonly proxiedMqttPort: number;
  readonly configFile: string;
  readonly passwordFile: string;
  readonly logFile: string;
  readonly dataDir: string;
  readonly process: ProcessId | null;
}

/** Everything that is needed to find this broker again: `cluster.json` in its state folder. */
export interface MosquittoState extends ProxyState {
  readonly driver: 'mosquitto';
  readonly cluster: string;
  readonly runId: string;
  readonly claim?: number | undefined;
  readonly binary: string;
  readonly username: string;
  readonly password: string;
  /** The line of the password file. Made once: each new one would have other salt. */
  readonly passwordLine: string;
  readonly nodes: readonly MosquittoNode[];
}

export const mosquittoFile = stateFile<MosquittoNode, MosquittoState>();

export const { find: findState, load: loadState, save: saveState, update: updateNode } = mosquittoFile;

export const mosquittoLock = clusterLock(60_000);

export const mosquittoProxies = proxyServer(mosquittoFile, mosquittoLock);
