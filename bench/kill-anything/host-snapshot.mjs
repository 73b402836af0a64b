// What of the host a fault or a cluster could have changed, in a form that can be compared.

import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { commandLine } from '../../dist/host/os/processes.js';

/** Lines of a command's output; a tool that is not there, or may not look, has nothing to say. */
function lines(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n').filter((line) => line.trim() !== '') : [];
}

/** Interfaces by name: their counters and states change by themselves. */
const links = () => readdirSync('/sys/class/net').sort();

/** Root qdiscs by interface and kind, without the handles that the kernel numbers. */
const qdiscs = () =>
  lines('tc', ['qdisc', 'show'])
    .map((line) => line.replace(/refcnt \d+ ?/, ''))
    .sort();

/** Network namespaces that a process is in. */
function livingNamespaces() {
  const found = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        return [readlinkSync(`/proc/${pid}/ns/net`)];
      } catch {
        return [];
      }
    });
  return [...new Set(found)].sort();
}

/** Of the whole host: rules, interfaces, namespaces, mounts. */
export const hostSnapshot = () => ({
  links: links(),
  qdiscs: qdiscs(),
  nftTables: lines('nft', ['list', 'tables']).sort(),
  namespaces: lines('ip', ['netns', 'list']).sort(),
  livingNamespaces: livingNamespaces(),
  mounts: readFileSync('/proc/self/mounts', 'utf8').split('\n').sort(),
});

/** What differs, in words; empty if the two are equal. */
export function differences(before, after) {
  return Object.keys(before).flatMap((part) => {
    const gone = before[part].filter((line) => !after[part].includes(line));
    const come = after[part].filter((line) => !before[part].includes(line));
    return [...gone.map((line) => `${part}: gone: ${line}`), ...come.map((line) => `${part}: new: ${line}`)];
  });
}

/** TCP ports of this host that are listened on. */
export function listeningPorts() {
  const rows = ['tcp', 'tcp6'].flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1));
  const fields = rows.map((row) => row.trim().split(/\s+/)).filter((row) => row[3] === '0A');
  return fields.map((row) => parseInt(row[1].slice(row[1].lastIndexOf(':') + 1), 16));
}

/** Processes whose environment or command line names the folder: everything that was ever started for it. */
export function processesIn(folder) {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const command = commandLine(pid);
        const all = command + readFileSync(`/proc/${pid}/environ`, 'utf8');
        if (!all.includes(folder) || stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')) return [];
        return [`${pid} ${command.slice(0, 160)}`];
      } catch {
        return [];
      }
    });
}
