// Figures of the pages are those of the code.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { EXIT_INTERRUPTED, EXIT_LOST, EXIT_REFUSED, EXIT_USAGE } from '../../src/client/exit.js';
import { configSchema } from '../../src/config/schema.js';
import { limitOf } from '../../src/domain/overdue.js';
import { PRODUCTION_HEAL_WAIT_MS } from '../../src/domain/plan.js';
import { exitCodeOf } from '../../src/domain/status.js';
import { installRoot } from '../../src/host/os/tools.js';

/** A page or source as one line, so that a sentence is found however its lines break. */
const read = (path: string): string => readFileSync(join(installRoot, path), 'utf8').replace(/\s+/g, ' ');

/** A number that a source file keeps for itself. */
function constant(file: string, name: string): number {
  const found = new RegExp(`\\b${name}(?: =|:) ([\\d_]+)`).exec(read(file))?.[1];
  if (found === undefined) throw new Error(`${file}: no number ${name}`);
  return Number(found.replaceAll('_', ''));
}

const WORDS: Readonly<Record<number, string>> = { 5: 'five', 9: 'nine', 10: 'ten' };
const word = (n: number): string => WORDS[n] ?? String(n);
const seconds = (ms: number): string => `${ms / 1000} s`;
const minutes = (ms: number): string => `${word(ms / 60_000)} minutes`;

const config = configSchema.parse(parse(readFileSync(join(installRoot, 'config', 'default.yml'), 'utf8')));
const { timing, verdict, load } = config;
const leaseMs = timing.lease_seconds * 1000;
const finishRun = 'src/workflows/finish-run.ts';
const robustmq = 'src/host/drivers/robustmq';

describe.each([
  [
    'docs/architecture.md',
    [
      `has lived for ${seconds(constant('src/host/temporal/server-supervisor-main.ts', 'UNUSED_LIMIT_MS'))}`,
      `A run renews it every ${seconds(constant('src/activities/claim.ts', 'RENEW_EVERY_MS'))}`,
      `the lease expires: ${minutes(leaseMs)} after its last renewal`,
      `the last ${constant('src/domain/breaker.ts', 'OUTCOMES_KEPT')} outcomes`,
      `down for ${minutes(constant(finishRun, 'ANNOUNCE_LIMIT_MS'))}`,
      `again every ${minutes(constant('src/workflows/pause.ts', 'SHOUT_AGAIN_MS'))}`,
      `nobody listens (port ${constant('src/host/drivers/nats/server-config.ts', 'DEAD_END_PORT')})`,
    ],
  ],
  [
    'docs/publishing.md',
    [
      `a run waits ${seconds(constant('src/host/publish/index.ts', 'patienceMs'))} at most`,
      `again for ${minutes(constant(finishRun, 'ANNOUNCE_LIMIT_MS'))}`,
      `again every ${minutes(constant('src/workflows/pause.ts', 'SHOUT_AGAIN_MS'))}`,
    ],
  ],
  [
    'docs/operating.md',
    [
      `Every ${word(constant('src/client/commands/rehearse.ts', 'TICK_SECONDS'))} seconds a round starts`,
      `no worker comes within ${minutes(leaseMs)}`,
      `ledgers_days: ${config.retention.ledgers_days} #`,
      `runs_days: ${config.retention.runs_days} #`,
      `min_free_mb: ${config.retention.min_free_mb} #`,
      `(${word(limitOf(4 * 3_600_000) / 3_600_000)} hours for a round every four)`,
    ],
  ],
  [
    'docs/robustmq.md',
    [
      `SIGTERM, then after ${seconds(constant(`${robustmq}/lifecycle.ts`, 'STOP_GRACE_MS'))} SIGKILL`,
      `thread pools of ${constant(`${robustmq}/server-config.ts`, 'WORKER_THREADS')}`,
    ],
  ],
  [
    'docs/glossary.md',
    [
      `start of the validation: ${seconds(PRODUCTION_HEAL_WAIT_MS)}`,
      `${timing.fault_window_seconds} s by default`,
      `${verdict.non_core_pass_rate_percent} % must pass`,
      `expires after ${minutes(leaseMs)}`,
    ],
  ],
  [
    'README.md',
    [
      `wait ${timing.heal_wait_seconds} s and run new clients`,
      `p99 below ${verdict.p99_limit_ms} ms`,
      `each SDK sends ${load.rate_per_second} messages per second`,
      `renewed the lease for ${minutes(leaseMs)}`,
      `${exitCodeOf('PASS')} PASS, ${exitCodeOf('FAIL')} FAIL`,
      `${exitCodeOf('INVALID')} INVALID`,
      `${EXIT_USAGE} wrong usage`,
      `${EXIT_LOST} Temporal`,
      `${EXIT_REFUSED} refused`,
      `${EXIT_INTERRUPTED} cancelled`,
      ...neededTools(),
    ],
  ],
] as const)('%s', (page, sentences) => {
  it.each(sentences)('says “%s”', (sentence) => {
    expect(read(page)).toContain(sentence);
  });
});

/** Versions that set-up asks for, as the README lists them. */
function neededTools(): string[] {
  const source = read('scripts/setup/toolchains.mjs');
  const of = (name: string): string => new RegExp(`name: '${name}', needed: '([\\d.]+)'`).exec(source)?.[1] ?? '?';
  return [`Node ${of('node')}`, `Python ${of('python')}`, `Go ${of('go')}`, `Rust ${of('cargo')}`, `JDK ${of('jdk')}`];
}

const { default: table } = (await import(pathToFileURL(join(installRoot, 'dependency-cruiser.config.mjs')).href)) as {
  readonly default: { readonly forbidden: readonly { readonly comment: string }[] };
};

/** Room → rooms that it may import, from the rules of the linter. */
const ROOMS = new Map(
  table.forbidden.flatMap(({ comment }) => {
    const [, room = '', allowed = ''] = /^src\/(\S+) may import (.+)\.$/.exec(comment) ?? [];
    return room === '' ? [] : [[room, allowed === 'itself alone' ? [] : allowed.split(', ')] as const];
  }),
);

describe('the rooms of docs/architecture.md', () => {
  const rows = [
    ...readFileSync(join(installRoot, 'docs/architecture.md'), 'utf8').matchAll(/^\| `src\/(.+?)` .*\| (.+?) +\|$/gm),
  ];
  const inPage = new Map(rows.map(([, room = '', allowed = '']) => [room.replace(/\.ts$/, ''), allowed] as const));

  it('are those that the linter knows', () => {
    expect([...inPage.keys()].sort()).toEqual([...ROOMS.keys()].sort());
  });

  it.each([...ROOMS].filter(([room]) => room !== 'client'))('say what %s may import', (room, allowed) => {
    const short = allowed.map((name) =>
      name === 'host/*'
        ? 'every room of `src/host`'
        : room.startsWith('host/') || room === 'docs'
          ? name.replace('host/', '')
          : name,
    );
    const said = (inPage.get(room) ?? '').replace('types of activities', 'activities');
    expect(said).toBe(short.length === 0 ? 'nothing' : short.join(', '));
  });

  it('say what client may not import', () => {
    const others = [...ROOMS.keys()].filter((room) => !room.startsWith('host/') && room !== 'client');
    const left = others.filter((room) => !(ROOMS.get('client') ?? []).includes(room));
    expect(inPage.get('client')).toBe(`everything but ${left.sort().join(' and ')}`);
  });
});

describe('the track record of the README', () => {
  /** Number of a finding → the command that shows it: the last cell of its row. */
  const commandsIn = (page: string): (readonly [string, string])[] =>
    [...readFileSync(join(installRoot, page), 'utf8').matchAll(/^\| \[(\d+)\]\(.*\| (`.+`.*?) +\|$/gm)].map(
      ([, number = '', command = '']) => [number, command] as const,
    );

  it('has every finding with its command', () => {
    expect(commandsIn('docs/robustmq/findings.md').length).toBeGreaterThanOrEqual(13);
    expect(commandsIn('README.md')).toEqual(commandsIn('docs/robustmq/findings.md'));
  });
});
