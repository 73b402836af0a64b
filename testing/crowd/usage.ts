/** How much processor time a process had had at a moment. */
export interface UsageSample {
  readonly us: number;
  readonly cpuSeconds: number;
}

/** Between two samples it is taken for even; outside of all it is that of the nearest one. */
function cpuAt(samples: readonly UsageSample[], us: number): number | undefined {
  const after = samples.find((one) => one.us >= us) ?? samples.at(-1);
  const before = samples.findLast((one) => one.us <= us) ?? samples[0];
  if (before === undefined || after === undefined) return undefined;
  if (after.us <= before.us) return after.cpuSeconds;
  return before.cpuSeconds + ((after.cpuSeconds - before.cpuSeconds) * (us - before.us)) / (after.us - before.us);
}

/** Percent of one core, over this time; null where nothing was sampled. */
export function corePercent(samples: readonly UsageSample[], fromUs: number, untilUs: number): number | null {
  const [from, until] = [cpuAt(samples, fromUs), cpuAt(samples, untilUs)];
  return from === undefined || until === undefined || untilUs <= fromUs
    ? null
    : ((until - from) * 100e6) / (untilUs - fromUs);
}

/** Files that every process keeps for other things than connections: as the clients' contract has it. */
const FILES_KEPT = 100;

/** How many connections this machine lets one process have to so many brokers, and which of its limits that is. */
export function reachable(
  wanted: number,
  { files, ports }: { readonly files: number; readonly ports: number },
  endpoints: number,
): { readonly connections: number; readonly limit: string } {
  // Each endpoint has every port of ours for itself. One of them may be gone.
  const byPorts = ports * Math.max(1, endpoints - 1);
  const limits = [
    { connections: wanted, limit: `${wanted} are wanted` },
    { connections: files - FILES_KEPT, limit: `${files} open files of a process` },
    { connections: byPorts, limit: `${ports} outgoing ports to each broker` },
  ];
  return limits.reduce((least, one) => (one.connections < least.connections ? one : least));
}
