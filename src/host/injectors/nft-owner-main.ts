import { spawn } from 'node:child_process';
import { isIPv4 } from 'node:net';
import { sleepMs } from '../os/clock.js';
import { namespaceFile } from '../os/commands.js';
import { isDue, readTicket } from '../tickets/store.js';
import { TABLE } from './nft.js';

/**
 * Owns the nftables table of one cut: `node nft-owner-main.js <cluster state folder> <fault id>`. The kernel removes the table when nft, which ends
 * with this process, is gone: killed, ended by `recover`, or by itself at the ticket's deadline, even if nobody else lives.
 */
const [clusterDir = '', faultId = ''] = process.argv.slice(2);
const LOOK_EVERY_MS = 250;

/** What is dropped: all that comes from the other nodes, and all that goes to them. */
function ruleset(others: readonly string[]): string {
  const list = `{ ${others.filter((address) => isIPv4(address)).join(', ')} }`;
  return [
    `add table inet ${TABLE} { flags owner; }`,
    `add chain inet ${TABLE} from { type filter hook input priority 0 ; }`,
    `add rule inet ${TABLE} from ip saddr ${list} drop`,
    `add chain inet ${TABLE} to { type filter hook output priority 0 ; }`,
    `add rule inet ${TABLE} to ip daddr ${list} drop`,
    '',
  ].join('\n');
}

for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
const ticket = readTicket(clusterDir, faultId);
if (ticket === undefined) throw new Error(`no ticket ${faultId} in ${clusterDir}`);
const own = ticket.before['own'] as { readonly namespace: string; readonly others: readonly string[] };
const nft = spawn('nsenter', [`--net=${namespaceFile(own.namespace)}`, 'nft', '-i'], {
  stdio: ['pipe', 'ignore', 'inherit'],
  // It would keep a history of its lines at home.
  env: { ...process.env, HOME: '/nonexistent' },
});
nft.stdin.write(ruleset(own.others));
while (nft.exitCode === null && nft.signalCode === null) {
  const now = readTicket(clusterDir, faultId);
  if (now === undefined || now.state === 'recovered' || isDue(now)) break;
  await sleepMs(LOOK_EVERY_MS);
}
nft.stdin.end();
