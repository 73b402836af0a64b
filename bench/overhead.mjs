// What the orchestration costs: wall time of each scenario minus the time in which one of its steps was at work or a timer ran.
// `npm run bench:overhead`: a real round with short waits on a cluster of its own; prints a table, and JSON with --json.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectClient, embeddedServer } from '../dist/client/connection.js';

const program = fileURLToPath(new URL('../dist/client/main.js', import.meta.url));
const TARGET_SECONDS = 1.5;

const CONFIG = `cluster: { name: overhead, driver: nats, nodes: 3 }
data_dir: data
load: { messages: 200, rate_per_second: 50 }
timing: { heal_wait_seconds: 3, fault_window_seconds: 15 }
scenarios:
  - { name: broker-kill-single, fault: broker-kill, target: robustmq-server, params: { victim: follower }, core: true, priority: P0 }
  - { name: network-delay-100ms, fault: network-delay, target: eth0, params: { delay_ms: 100, jitter_ms: 10 }, priority: P1 }
  - { name: leader-transfer, fault: broker-kill, target: robustmq-server, params: { victim: leader }, core: true, priority: P0 }
`;

/** Runs the program to its end; resolves with its standard output. */
function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.once('close', (status) =>
      status === 0 ? resolve(output) : reject(new Error(`${args[0]} ended with ${status}`)),
    );
  });
}

const msOf = (time) => Number(time.seconds) * 1000 + time.nanos / 1e6;

/** Intervals [from, to] in ms in which an activity was executing or a timer was running. */
function workIntervals(events) {
  const at = new Map(events.map((event) => [Number(event.eventId), msOf(event.eventTime)]));
  return events.flatMap((event) => {
    const activity = event.activityTaskCompletedEventAttributes;
    const timer = event.timerFiredEventAttributes;
    const from = activity
      ? at.get(Number(activity.startedEventId))
      : timer
        ? at.get(Number(timer.startedEventId))
        : undefined;
    return from === undefined ? [] : [[from, msOf(event.eventTime)]];
  });
}

/** Total length of the union of intervals. */
function covered(intervals) {
  let [total, end] = [0, -Infinity];
  for (const [from, to] of intervals.sort((a, b) => a[0] - b[0])) {
    total += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return total;
}

async function measure(client, workflowId) {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const wall = (msOf(events.at(-1).eventTime) - msOf(events[0].eventTime)) / 1000;
  const steps = covered(workIntervals(events)) / 1000;
  return { wall, steps, overhead: wall - steps, events: events.length };
}

const folder = mkdtempSync(join(tmpdir(), 'robustmq-chaos-overhead-'));
const config = join(folder, 'config.yml');
writeFileSync(config, CONFIG);
const dev = spawn(process.execPath, [program, 'dev', '--config', config], { stdio: 'ignore' });
try {
  const result = JSON.parse(await run(['round', '--json', '--config', config]));
  const client = await connectClient(embeddedServer(join(folder, 'data')));
  const rows = [];
  for (const { name } of result.scenarios)
    rows.push({ name, ...(await measure(client, `${result.workflowId}/${name}`)) });
  await client.connection.close();
  if (process.argv.includes('--json')) {
    console.log(
      JSON.stringify({ node: process.versions.node, cores: cpus().length, history: result.history, rows }, null, 2),
    );
  } else {
    console.log(
      `| scenario | wall s | steps s | overhead s (target ≤ ${TARGET_SECONDS}) | events |\n| --- | --- | --- | --- | --- |`,
    );
    for (const { name, wall, steps, overhead, events } of rows) {
      console.log(`| ${name} | ${wall.toFixed(2)} | ${steps.toFixed(2)} | ${overhead.toFixed(2)} | ${events} |`);
    }
    console.log(
      `\nNode ${process.versions.node}, ${cpus().length} cores; the round: ${result.history.events} events, ${result.history.bytes} bytes of history.`,
    );
  }
} finally {
  dev.kill('SIGTERM');
  await new Promise((resolve) => dev.once('close', resolve));
  rmSync(folder, { recursive: true, force: true });
}
