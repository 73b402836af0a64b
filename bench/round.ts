import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import type * as ConnectionModule from '../src/temporal/connection.js';
import type { Context } from './row.js';
import { built } from '../testing/built.js';

const project = fileURLToPath(new URL('..', import.meta.url));

/**
 * Five faults with short waits: enough of each kind, and nothing that measures patience. The orchestration is what is measured, so that slow clients
 * end no round.
 */
const CONFIG = `cluster: { name: bench, driver: nats, nodes: 3 }
data_dir: data
load: { messages: 200, rate_per_second: 50 }
timing: { heal_wait_seconds: 3, fault_window_seconds: 15 }
verdict: { lateness_limit_ms: 10000, p99_limit_ms: 10000 }
scenarios:
${[
  ...['kill-1', 'kill-2'].map((name) => ({
    name,
    fault: 'broker-kill',
    target: 'robustmq-server',
    victim: 'follower',
  })),
  ...['delay-1', 'delay-2'].map((name) => ({ name, fault: 'network-delay', target: 'eth0', victim: '' })),
  { name: 'leader-1', fault: 'broker-kill', target: 'robustmq-server', victim: 'leader' },
]
  .map(({ name, fault, target, victim }) => {
    const params = victim === '' ? '{ delay_ms: 100, jitter_ms: 10 }' : `{ victim: ${victim} }`;
    return `  - { name: ${name}, fault: ${fault}, target: ${target}, params: ${params}, core: true, priority: P0 }`;
  })
  .join('\n')}
`;

/** An event of a workflow's history, with its time in ms. */
export interface TimedEvent {
  readonly id: number;
  readonly atMs: number;
  /** For an end of something: the id of the event that began it. */
  readonly activityStartedBy?: number;
  readonly timerStartedBy?: number;
  /** For the start of an activity: which event had scheduled it, and which attempt it is. */
  readonly scheduledBy?: number;
  readonly attempt?: number;
}

export interface RoundHistory {
  /** By scenario. */
  readonly scenarios: ReadonlyMap<string, readonly TimedEvent[]>;
  /** Of every workflow of the round. */
  readonly all: readonly (readonly TimedEvent[])[];
  readonly events: number;
  readonly bytes: number;
}

/** The server on which the round ran. */
export interface IdleServer {
  readonly client: Client;
  readonly address: string;
}

interface RoundJson {
  readonly workflowId: string;
  readonly scenarios: readonly { readonly name: string }[];
  readonly history: { readonly events: number; readonly bytes: number };
}

type Raw = NonNullable<
  Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']
>[number];

function timed(event: Raw): TimedEvent {
  const { activityTaskCompletedEventAttributes: completed, timerFiredEventAttributes: fired } = event;
  const started = event.activityTaskStartedEventAttributes;
  return {
    id: Number(event.eventId),
    atMs: Number(event.eventTime?.seconds) * 1000 + (event.eventTime?.nanos ?? 0) / 1e6,
    ...(completed && { activityStartedBy: Number(completed.startedEventId) }),
    ...(fired && { timerStartedBy: Number(fired.startedEventId) }),
    ...(started && { scheduledBy: Number(started.scheduledEventId), attempt: started.attempt ?? 1 }),
  };
}

/** The history of one workflow. */
export async function historyOf(client: Client, workflowId: string): Promise<TimedEvent[]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).map(timed);
}

async function runToEnd(child: ChildProcess): Promise<string> {
  const output = child.stdout === null ? Promise.resolve('') : text(child.stdout);
  const status = await new Promise((resolve) => child.once('close', resolve));
  if (status !== 0)
    throw new Error(`${child.spawnargs.slice(2).join(' ')}: expected exit status 0, got ${String(status)}`);
  return output;
}

/** Runs a round on a server and a cluster of its own, hands its histories and the idle server over, then ends everything. */
export async function withRound<T>(
  { folder, program }: Pick<Context, 'folder' | 'program'>,
  work: (history: RoundHistory, server: IdleServer) => Promise<T>,
): Promise<T> {
  const config = join(folder, 'config.yml');
  writeFileSync(config, CONFIG);
  const main = join(program ?? project, 'dist/client/main.js');
  const start = (...args: string[]): ChildProcess =>
    spawn(process.execPath, [main, ...args, '--config', config], { stdio: ['ignore', 'pipe', 'inherit'] });
  // Keeps server and worker up, so that the histories can be read after the round.
  const dev = start('dev');
  dev.stdout?.resume();
  try {
    const result = JSON.parse(await runToEnd(start('round', '--json'))) as RoundJson;
    const { connectClient, embeddedServer } = await built<typeof ConnectionModule>('temporal/connection.js');
    const place = embeddedServer(join(folder, 'data'));
    if (place === undefined) throw new Error('embedded server: expected it to run while dev does, found none');
    const client = await connectClient(place);
    try {
      const scenarios = new Map<string, TimedEvent[]>();
      for (const { name } of result.scenarios)
        scenarios.set(name, await historyOf(client, `${result.workflowId}/${name}`));
      const all = [...scenarios.values(), await historyOf(client, result.workflowId)];
      return await work({ scenarios, all, ...result.history }, { client, address: place.address });
    } finally {
      await client.connection.close();
    }
  } finally {
    dev.kill('SIGTERM');
    await new Promise((resolve) => (dev.exitCode !== null ? resolve(undefined) : dev.once('close', resolve)));
  }
}
