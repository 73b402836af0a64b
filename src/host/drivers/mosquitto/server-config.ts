import { pbkdf2Sync } from 'node:crypto';
import type { BrokerLimits } from '../../../domain/guarantees/guarantee.js';
import { HOST, type MosquittoNode } from './state.js';

/** The shortest that there is. Mosquitto 2.0 saves when more than so many whole seconds are over: every two. */
const AUTOSAVE_SECONDS = 1;
const QUEUED_MESSAGES = 1_000_000;

/** What its settings say that it may lose, and what was set other than it comes: in words, for the report's versions. */
export const DECLARED: Readonly<Record<string, string>> = {
  persistence: `saved every ${AUTOSAVE_SECONDS + 1} s (autosave_interval ${AUTOSAVE_SECONDS}); a killed broker may lose what came since: messages, sessions, retained values`,
  max_queued_messages: String(QUEUED_MESSAGES),
  max_inflight_messages: '0 (no limit)',
};

/** The same for the checkers of guarantees. Without a limit in flight there is none to declare. */
export const LIMITS: BrokerLimits = { survivesDeath: false, queuedMessages: QUEUED_MESSAGES, inFlightMessages: null };

/**
 * Its whole configuration. Started by root, it would change to a user who may not read the run's folder. With the default of 20 messages in flight a burst of
 * QoS 2 loses some, and beyond 1,000 queued ones it drops; no limit at all is broken in 2.0.16 to 2.0.21. What connects and disconnects is in its log, and nowhere else.
 */
export const serverConfig = ({ mqttPort, passwordFile, dataDir }: MosquittoNode): string =>
  `user root
listener ${mqttPort} ${HOST}
allow_anonymous false
password_file ${passwordFile}
persistence true
persistence_location ${dataDir}/
autosave_interval ${AUTOSAVE_SECONDS}
autosave_on_changes false
max_queued_messages ${QUEUED_MESSAGES}
max_inflight_messages 0
sys_interval 1
connection_messages true
log_dest stderr
log_timestamp_format %Y-%m-%dT%H:%M:%S
`;

/** As often as `mosquitto_passwd` of version 2.0 does it. */
const ITERATIONS = 101;

/**
 * One line of a password file, as `mosquitto_passwd` of version 2.0 writes it (`$7$`: PBKDF2 with SHA-512). That program would need the password among its
 * arguments, where every user of this host can read it.
 */
export function passwordLine(login: { readonly username: string; readonly password: string }, salt: Buffer): string {
  const hash = pbkdf2Sync(login.password, salt, ITERATIONS, 64, 'sha512');
  return `${login.username}:$7$${ITERATIONS}$${salt.toString('base64')}$${hash.toString('base64')}\n`;
}
