// What carries a mark of one case: its folder, or the name that its cluster gives to interfaces. What else changes on the host meanwhile is
// somebody else's business.

import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { commandLine, findProcessesOf } from '#os/processes';
import { prefixOf } from '../../src/host/os/namespaces.js';
import type { Sandbox } from './sandbox.js';
import { portsLeft } from './watch.js';

/** Lines of a command's output; a tool that is not there, or may not look, has nothing to say. */
function lines(command: string, args: readonly string[]): string[] {
  const { status, stdout } = spawnSync(command, [...args], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n').filter((line) => line.trim() !== '') : [];
}

/** Everything that a case left, in words: processes, ports, files, mounts, interfaces with their rules, namespaces. */
export function leftBehind({ root, clusterDir, temporary }: Sandbox, ports: ReadonlySet<number>): string[] {
  const marks = [root, prefixOf(clusterDir)];
  const onHost = {
    interface: readdirSync('/sys/class/net'),
    qdisc: lines('tc', ['qdisc', 'show']),
    namespace: lines('ip', ['netns', 'list']),
    mount: readFileSync('/proc/self/mounts', 'utf8').split('\n'),
  };
  return [
    ...findProcessesOf(root).map(({ pid }) => `process ${pid} ${commandLine(pid).slice(0, 160)}`),
    ...portsLeft(ports, root).map((port) => `port ${port} is listened on`),
    ...readdirSync(temporary).map((name) => `temporary file ${name}`),
    ...Object.entries(onHost).flatMap(([kind, found]) =>
      found.filter((line) => marks.some((mark) => line.includes(mark))).map((line) => `${kind} ${line}`),
    ),
  ];
}
