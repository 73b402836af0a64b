import type { Scenario } from '../domain/scenario.js';
import type { Problem } from './problems.js';
import type { ConfigFile } from './schema.js';
import { BASIC, DEFAULT_SDKS, sdksWith, WORKLOADS } from './sdks.js';

/** A scenario as a config has it: it may name several workloads. */
type Written = Pick<ConfigFile['scenarios'][number], 'name' | 'workloads'>;

/** What of a config says who the clients are. */
interface Clients {
  readonly sdks: readonly string[];
  /** What a scenario runs that names no workload. */
  readonly workload: string;
  /** The clients come with the program, so that their workloads are known. */
  readonly areOurs: boolean;
}

/** Of a config, or of what can be read of it. */
export const clientsIn = ({
  sdks,
  sdk_clients: { folder, workload = BASIC },
}: {
  readonly sdks: readonly string[];
  readonly sdk_clients: { readonly folder?: unknown; readonly workload?: string | undefined };
}): Clients => ({ sdks: sdks.length > 0 ? sdks : DEFAULT_SDKS, workload, areOurs: folder === undefined });

/** The name of a scenario with one of its workloads: its own where there is one alone, or it is the usual one. */
const nameWith = ({ name, workloads = [] }: Written, workload: string): string =>
  workloads.length <= 1 || workload === BASIC ? name : `${name}-${workload}`;

/**
 * Each workload of a scenario is a scenario of its own, with its own fault: eight processes of clients at once are what two cores can tell apart from a slow
 * broker. SDKs whose client has not that workload take no part in it.
 */
export function scenariosOf(
  written: readonly (Written & Scenario)[],
  { sdks, workload: usual, areOurs }: Clients,
): Scenario[] {
  return written.flatMap((scenario) => {
    const { workloads = [], ...one } = scenario;
    if (workloads.length === 0) return [one];
    return workloads.map((workload) => {
      const able = areOurs ? sdksWith(workload, sdks) : sdks;
      const name = nameWith(scenario, workload);
      const only = able.length < sdks.length ? { sdks: able } : {};
      return { ...one, name, ...(workload === usual ? {} : { workload }), ...only };
    });
  });
}

/** What these scenarios are called as runs carry them. */
export const namesOf = (written: readonly Written[], { workload }: Pick<Clients, 'workload'>): string[] =>
  written.flatMap((scenario) => (scenario.workloads ?? [workload]).map((one) => nameWith(scenario, one)));

/** What is wrong with the workloads that scenarios name: nobody has them, they stand there twice, or their scenario's name is another one's. */
export function workloadProblems(written: readonly (Written | undefined)[], clients: Clients): Problem[] {
  const names = written.map((scenario) => (scenario === undefined ? [] : namesOf([scenario], clients)));
  return written.flatMap((scenario, i) =>
    (scenario?.workloads ?? []).flatMap((workload, j): Problem[] => {
      const path = ['scenarios', i, 'workloads', j];
      const say = (text: string): Problem[] => [{ path, text: `scenarios.${i}.workloads.${j}: ${text}` }];
      if (scenario?.workloads?.indexOf(workload) !== j) return say(`${workload} is there twice`);
      const name = nameWith(scenario, workload);
      if (names.some((others, k) => k !== i && others.includes(name)))
        return say(`makes a scenario ${name}, which is there already: name it otherwise`);
      if (!clients.areOurs || sdksWith(workload, clients.sdks).length > 0) return [];
      if (!WORKLOADS.includes(workload)) return say(`expected one of ${WORKLOADS.join(', ')}, got ${workload}`);
      return say(`none of ${clients.sdks.join(', ')} has workload ${workload}`);
    }),
  );
}
