// What of the host a fault or a cluster could have changed, in a form that can be compared.

import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { commandLine, findProcesses, findProcessesOf } from '#os/processes';

/** Lines of a command's output; a tool that is not there, or may not look, has nothing to say. */
function lines(command: string, args: readonly string[]): string[] {
  const { status, stdout } = spawnSync(command, [...args], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n').filter((line) => line.trim() !== '') : [];
}

/** Interfaces by name: their counters and states change by themselves. */
const links = (): string[] => readdirSync('/sys/class/net').sort();

/** Root qdiscs by interface and kind, without the handles that the kernel numbers. */
const qdiscs = (): string[] =>
  lines('tc', ['qdisc', 'show'])
    .map((line) => line.replace(/refcnt \d+ ?/, ''))
    .sort();

/** Network namespaces that a process is in. */
function livingNamespaces(): string[] {
  const found = new Set<string>();
  for (const { pid } of findProcesses(() => true)) {
    try {
      found.add(readlinkSync(`/proc/${pid}/ns/net`));
    } catch {
      // Another user's, or gone by now.
    }
  }
  return [...found].sort();
}

export type HostSnapshot = Readonly<
  Record<'links' | 'qdiscs' | 'nftTables' | 'namespaces' | 'livingNamespaces' | 'mounts', readonly string[]>
>;

/** Of the whole host: rules, interfaces, namespaces, mounts. */
export const hostSnapshot = (): HostSnapshot => ({
  links: links(),
  qdiscs: qdiscs(),
  nftTables: lines('nft', ['list', 'tables']).sort(),
  namespaces: lines('ip', ['netns', 'list']).sort(),
  livingNamespaces: livingNamespaces(),
  mounts: readFileSync('/proc/self/mounts', 'utf8').split('\n').sort(),
});

/** What differs, in words; empty if the two are equal. */
export function differences(before: HostSnapshot, after: HostSnapshot): string[] {
  return Object.entries(before).flatMap(([part, was]) => {
    const is = after[part as keyof HostSnapshot];
    const gone = was.filter((line) => !is.includes(line));
    const come = is.filter((line) => !was.includes(line));
    return [...gone.map((line) => `${part}: gone: ${line}`), ...come.map((line) => `${part}: new: ${line}`)];
  });
}

/** Processes whose environment or command line names the folder, in words: everything that was ever started for it. */
export const processesIn = (folder: string): string[] =>
  findProcessesOf(folder).map(({ pid }) => `${pid} ${commandLine(pid).slice(0, 160)}`);
