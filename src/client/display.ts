import { existsSync } from 'node:fs';
import { createLogUpdate } from 'log-update';
import { clientText } from '../domain/client-result.js';
import type { RunProgress, ScenarioProgress } from '../messages/progress.js';
import { readStoredIfAny } from '../host/os/stored.js';
import type { ClientExit } from '../host/clients/phase.js';
import { parseResultLine } from '../host/clients/result-line.js';
import { runPaths } from '../host/layout/paths.js';
import { phasePaths } from '../host/layout/phase-paths.js';

/** Shows a run to a person: a line for everything that happens, and on a terminal a last line that says what is awaited. */
export interface Display {
  show(run: RunProgress, scenario: ScenarioProgress | undefined): void;
  say(text: string): void;
  /** Takes the live line away. */
  end(): void;
}

const clock = (): string => new Date().toLocaleTimeString('en-GB');

const STEP_PHASE: Partial<Record<ScenarioProgress['step'], 'fault' | 'validation'>> = {
  recover: 'fault',
  'heal wait': 'fault',
  validation: 'validation',
};

/** Clients that have ended, as far as this host's disk tells: each is shown when it comes, not when the last one has. */
function* endedClients(
  run: RunProgress,
  scenario: ScenarioProgress | undefined,
): Generator<{ key: string; text: string }> {
  if (run.runDir === null || !existsSync(run.runDir)) return;
  const phase = run.phase === 'control run' ? 'control' : scenario && STEP_PHASE[scenario.step];
  if (phase === undefined) return;
  const name = phase === 'control' ? null : (scenario?.scenario ?? null);
  const dir = runPaths(run.runDir).phase(name, phase);
  for (const sdk of run.sdks) {
    const exit = readStoredIfAny<ClientExit>('client exit', phasePaths(dir).client(sdk).exit);
    if (exit === undefined) continue;
    const parsed = parseResultLine(exit.lastLine, exit.lastLineTruncated);
    const text = 'problem' in parsed ? parsed.problem : clientText({ result: parsed.result, lineProblem: null });
    const code = exit.kind === 'exited' ? '' : ` [${exit.kind}]`;
    yield { key: `${dir}/${sdk}`, text: `${phase} ${sdk.padEnd(6)} ${text}${code}` };
  }
}

/** What is awaited: in full, and in as few words as say it. */
function waiting(run: RunProgress, scenario: ScenarioProgress | undefined): readonly [string, string] {
  if (scenario === undefined) return [run.phase, run.phase];
  const done = run.scenarios.filter((s) => s.status !== 'waiting' && s.status !== 'running').length;
  const passed = Date.now() - Date.parse(scenario.since);
  const left =
    scenario.limitMs === null ? undefined : `${Math.max(0, Math.ceil((scenario.limitMs - passed) / 1000))} s`;
  const of = run.scenarios.length;
  return [
    `scenario ${done + 1} of ${of}, ${scenario.scenario}: ${scenario.step} (${scenario.detail})${left === undefined ? '' : `, ${left} left at most`}`,
    `${done + 1}/${of} ${scenario.step}${left === undefined ? '' : `, ${left}`}, ${scenario.scenario}`,
  ];
}

/** One line that no terminal of this width wraps: of what it wraps, nobody can take away what is left after its width changes. */
function inOneLine([full, short]: readonly [string, string], columns: number): string {
  const room = columns - 1;
  const line = `… ${full}`.length <= room ? `… ${full}` : `… ${short}`;
  return line.length <= room ? line : `${line.slice(0, Math.max(0, room - 1))}…`;
}

/** Can a line be taken back? Not on a terminal that knows no such signs, or does not say how wide it is; and a log of CI keeps every line for ever. */
const takesLinesBack = ({ isTTY, columns }: NodeJS.WriteStream, { TERM, CI }: NodeJS.ProcessEnv): boolean =>
  isTTY && columns > 0 && TERM !== 'dumb' && (CI ?? '') === '';

export function createDisplay(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv = process.env): Display {
  const live = takesLinesBack(stream, env) ? createLogUpdate(stream) : undefined;
  const seen = new Set<string>();
  const say = (text: string): void => {
    live?.clear();
    stream.write(`${clock()}  ${text}\n`);
  };
  const once = (key: string, text: string): void => {
    if (seen.has(key)) return;
    seen.add(key);
    say(text);
  };
  return {
    say,
    show: (run, scenario) => {
      if (run.phase !== 'scenario') once(`phase ${run.phase} ${run.since}`, run.phase);
      for (const { key, text } of endedClients(run, scenario)) once(key, `    ${text}`);
      // A phase that was over before the next look: what the workflow knows of it.
      for (const row of [...run.control, ...(scenario?.clients ?? [])]) {
        const name = row.phase === 'control' ? null : (scenario?.scenario ?? null);
        const dir = run.runDir === null ? row.phase : runPaths(run.runDir).phase(name, row.phase);
        once(`${dir}/${row.sdk}`, `    ${row.phase} ${row.sdk.padEnd(6)} ${row.text}`);
      }
      for (const { name, status } of run.scenarios) {
        if (status !== 'waiting' && status !== 'running')
          once(`done ${String(run.runId)} ${name}`, `${status === 'passed' ? '✓' : '✗'} ${name}: ${status}`);
      }
      if (scenario !== undefined) {
        const { scenario: name, step, detail, since } = scenario;
        once(`step ${name} ${step} ${since}`, `  ${name}: ${step} — ${detail}`);
      }
      live?.(inOneLine(waiting(run, scenario), stream.columns));
    },
    end: () => {
      live?.clear();
      live?.done();
    },
  };
}
