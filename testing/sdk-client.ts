import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { SDKS, SDK_NAMES } from '../src/config/sdks.js';
import type { MqttVersion } from '../src/domain/mqtt.js';
import { childEnvironment } from '../src/host/os/processes.js';

/** Every client that set-up builds. */
export const sdkNames: readonly string[] = SDK_NAMES;

export const versionsOf = (sdk: string): readonly MqttVersion[] =>
  SDKS.find(({ name }) => name === sdk)?.mqttVersions ?? [];

/** What a CONNACK says in the version that a client speaks where nobody asks for one: come later, and two ways in which a login is refused. */
export const connackCodes = (
  sdk: string,
): { readonly unavailable: number; readonly loginRefused: readonly number[] } =>
  versionsOf(sdk)[0] === '5'
    ? { unavailable: 0x88, loginRefused: [0x86, 0x87] }
    : { unavailable: 3, loginRefused: [4, 5] };

export const sdksThatSpeak = (version: MqttVersion): string[] =>
  sdkNames.filter((sdk) => versionsOf(sdk).includes(version));

const sdkRoot = fileURLToPath(new URL('../sdk_clients', import.meta.url));

/** The script of an SDK's client, which is all of it that anybody may call. */
export const scriptOf = (sdk: string, root = sdkRoot): string => `${root}/${sdk}/basic-pubsub.sh`;

export interface ReadyLine {
  readonly publisher: string;
  readonly subscriber: string;
}

export interface ClientRun {
  /** Exit status; the signal's name where one ended the process. */
  readonly status: number | string;
  /** Standard output. */
  readonly lines: readonly string[];
  readonly stderr: string;
  readonly seconds: number;
}

export interface RunningClient {
  readonly pid: number;
  /** Rejects if the client ends without a ready line. */
  readonly ready: Promise<ReadyLine>;
  readonly ended: Promise<ClientRun>;
  /** False until the process has ended. */
  hasEnded(): boolean;
  signal(signal: NodeJS.Signals): void;
}

/** Starts a client with nothing in its environment but what is given. `folder` goes into its owner mark, and is where it runs. */
export function startClient(
  script: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
): RunningClient {
  const started = performance.now();
  const child = spawn(script, [], {
    cwd: folder,
    env: childEnvironment(`${folder}#sdk-client`, environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const { promise: ready, resolve: isReady, reject: neverReady } = withResolvers<ReadyLine>();
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    if (line.startsWith('{"event":"ready"')) isReady(JSON.parse(line) as ReadyLine);
  });
  const stderr = text(child.stderr);
  const ended = new Promise<ClientRun>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      neverReady(new Error(`ended before it was ready: ${lines.at(-1) ?? 'without a line'}`));
      const seconds = (performance.now() - started) / 1000;
      void stderr.then((words) => {
        resolve({ status: code ?? signal ?? 'unknown', lines, stderr: words, seconds });
      });
    });
  });
  ready.catch(() => undefined);
  ended.catch(neverReady);
  return {
    pid: child.pid ?? NaN,
    ready,
    ended,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    signal: (signal) => child.kill(signal),
  };
}

function withResolvers<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}
