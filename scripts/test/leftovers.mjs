// What a test run may not leave behind. A process belongs to the run if its environment or its command line names the run's temporary
// folder, so that another run beside this one is neither blamed nor touched.

import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that was told to end may need this long. */
const GRACE_MS = 3_000;

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Start time in clock ticks: with the pid it names one process for good. Undefined for a zombie, which holds nothing. */
function startOf(pid) {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' || fields[0] === 'Z' ? undefined : fields[19];
}

function processesOf(folder) {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((pid) => {
      const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
      const ours = command.includes(folder) || read(`/proc/${pid}/environ`).includes(folder);
      const start = ours ? startOf(pid) : undefined;
      return start === undefined ? [] : [{ pid: Number(pid), start, command }];
    });
}

/** Ports on which a process listens, from the socket inodes among its open files. */
function portsOf(pid) {
  let links;
  try {
    links = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const rows = ['tcp', 'tcp6'].flatMap((table) => read(`/proc/net/${table}`).split('\n').slice(1));
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && inodes.has(fields[9]))
    .map((fields) => parseInt(fields[1].slice(fields[1].lastIndexOf(':') + 1), 16));
}

/**
 * What the run left behind, in words.
 * @param {string} folder the run's temporary folder
 * @returns {Promise<string[]>} empty if nothing is left
 */
export async function findLeftovers(folder) {
  const end = Date.now() + GRACE_MS;
  while (processesOf(folder).length > 0 && Date.now() < end) await sleep(50);
  const processes = processesOf(folder).map(({ pid, command }) => {
    const ports = portsOf(pid);
    const listening = ports.length > 0 ? `, listening on ${ports.join(', ')}` : '';
    return `process ${pid} still runs${listening}: ${command.slice(0, 200)}`;
  });
  const folders = readdirSync(folder).filter((name) => name.startsWith('robustmq-chaos-'));
  return [...processes, ...folders.map((name) => `temporary folder ${name} is still there`)];
}

/**
 * Ends what the run left behind, so that the next one starts clean.
 * @param {string} folder the run's temporary folder
 */
export async function endLeftovers(folder) {
  for (let round = 0; round < 20; round += 1) {
    const found = processesOf(folder);
    if (found.length === 0) return;
    for (const { pid, start } of found) {
      if (startOf(pid) === start) killQuietly(pid);
    }
    await sleep(50);
  }
}

function killQuietly(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went by itself just now.
  }
}
