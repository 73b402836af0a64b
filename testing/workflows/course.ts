import type { ScenarioResult } from '../../src/domain/report-data.js';
import type { ScenarioOutcome } from '../../src/workflows/scenario.js';
import { commandsOf } from './history.js';
import type { Rig } from './rig.js';

/** How a scenario went: its answer to the run, what it wrote down, and what it asked for. */
export interface Course {
  readonly outcome: ScenarioOutcome;
  readonly record: ScenarioResult;
  readonly commands: readonly string[];
}

/** Runs one scenario to its end. */
export async function courseOf(rig: Rig, options: Parameters<Rig['startScenario']>[0]): Promise<Course> {
  const { handle, host } = await rig.startScenario(options);
  const outcome = await handle.result();
  const [record, ...others] = host.records;
  if (record === undefined || others.length > 0) throw new Error(`expected one record, got ${host.records.length}`);
  return { outcome, record, commands: commandsOf(await handle.fetchHistory()) };
}
