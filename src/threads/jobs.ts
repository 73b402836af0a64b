// What a thread of the pool runs. A task and its answer are copied from and to the worker's own thread.

import { outcomesOf } from '../host/clients/index.js';
import { compareVersions } from './compare-versions.js';
import { faultPeriodOf } from './fault-period.js';
import { judgeGuarantees } from './judge-guarantees.js';
import { updateHistory } from './history.js';
import { pack, type PackedError } from './packed-error.js';
import { removeOld } from './retention.js';
import { writeReport } from './write-report.js';

/** Every job, by its name: one line each. */
const jobs = {
  compareVersions,
  outcomesOf,
  faultPeriodOf,
  judgeGuarantees,
  updateHistory,
  removeOld,
  writeReport,
};

export type Jobs = typeof jobs;
export type JobName = keyof Jobs;

export type JobAnswer = { readonly value: unknown } | { readonly error: PackedError };

/** Entry point of the thread. */
export async function run({ name, task }: { readonly name: JobName; readonly task: unknown }): Promise<JobAnswer> {
  try {
    return { value: await (jobs[name] as (task: unknown) => unknown)(task) };
  } catch (error) {
    return { error: pack(error) };
  }
}
