/**
 * Test equipment: takes the place of RobustMQ's `broker-server` where the driver is tested. It reads the same generated files, answers what the
 * driver asks, and hands its MQTT clients on to a Mosquitto; no verdict from it says anything about RobustMQ.
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { argv, env, exit, stderr, stdout } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { isListening } from '../../src/host/os/ports.js';
import { startAdmin } from './admin.js';
import { startGrpc } from './grpc.js';
import { messagesPort } from './messages.js';
import { startMqtt } from './mqtt.js';
import { readSettings } from './settings.js';
import { join, keepShared, listed, readShared } from './shared.js';
import { isSet } from './traps.js';

const configFile = argv[argv.indexOf('--conf') + 1] ?? '';
const settings = readSettings(configFile, env['STAND_IN_TRAPS'] ?? '');
const trapped = (trap: Parameters<typeof isSet>[2]): boolean => isSet(settings.trapsFile, settings.id, trap);

function log(level: string, message: string): void {
  const entry = { timestamp: new Date().toISOString(), level, fields: { message }, target: 'stand_in::main' };
  appendFileSync(settings.logFile, `${JSON.stringify(entry)}\n`);
}

if (trapped('refuse-start')) {
  stdout.write(`Node ${settings.id} has no storage folders configured\n`);
  exit(1);
}
process.on('SIGTERM', () => {
  if (!trapped('ignore-sigterm')) exit(0);
});
/** As the real one: a node that starts for the first time gives up where it meets another one that is itself not in yet. */
async function meetPeers(): Promise<void> {
  for (const id of settings.peers.filter((peer) => peer !== settings.id)) {
    if (!(await isListening(settings.grpcPorts[id] ?? 0)) || listed(readShared(settings)).includes(id)) continue;
    stdout.write(`join failed: node ${id} is not initialized\n`);
    exit(1);
  }
}

/** Between an open gRPC port and being in; the real one needs seconds. */
const JOIN_MS = 300;

await startGrpc(settings);
if (!existsSync(settings.joinedFile)) await meetPeers();
await sleep(JOIN_MS);
await join(settings);
writeFileSync(settings.joinedFile, '');
void keepShared(settings);
const { clients } = startMqtt(settings, await messagesPort(settings));
startAdmin(settings, clients);
log('INFO', `node ${settings.id} is up`);
if (trapped('panic')) stderr.write("thread 'tokio-runtime-worker' panicked at src/stand_in.rs:1:1:\na test\n");
