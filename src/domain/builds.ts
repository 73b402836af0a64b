/** What Temporal knows of the builds of this program, each by its id. */
export interface KnownBuilds {
  /** It gets new runs, and the records of clusters; null: none yet. */
  readonly current: string | null;
  readonly everCurrent: readonly string[];
}

/** What a worker may decide: on a server of its own, or if a person has asked for it, that its build becomes current. */
export interface Choice {
  readonly own: string;
  readonly mayChoose: boolean;
  /** No worker of the current build is there. */
  readonly currentIsGone: boolean;
}

/**
 * Does the build of a worker become current by itself? The first one always does: nothing would run. A new one does where it may. One that was current
 * before was replaced on purpose, and comes back only if nobody else is there to do the work.
 */
export function becomesCurrent(
  { current, everCurrent }: KnownBuilds,
  { own, mayChoose, currentIsGone }: Choice,
): boolean {
  if (current === null) return true;
  if (current === own || !mayChoose) return false;
  return !everCurrent.includes(own) || currentIsGone;
}

/** An open run or scenario, and the build that it belongs to; null: it was begun by a version without builds, and goes with the current one. */
export interface OpenRun {
  readonly workflowId: string;
  readonly temporalRunId: string;
  readonly build: string | null;
}

export interface BuildInUse {
  readonly id: string;
  readonly isCurrent: boolean;
  /** A worker of it asks for work. */
  readonly isServed: boolean;
  /** Ids of workflows. */
  readonly openRuns: readonly string[];
}

/** The builds that have a worker or an open run, and the current one. */
export function buildsInUse(current: string | null, served: readonly string[], open: readonly OpenRun[]): BuildInUse[] {
  const owners = open.flatMap(({ build }) => build ?? []);
  return [...new Set([...(current === null ? [] : [current]), ...served, ...owners])].map((id) => ({
    id,
    isCurrent: id === current,
    isServed: served.includes(id),
    openRuns: open.filter(({ build }) => build === id).map(({ workflowId }) => workflowId),
  }));
}

const buildText = ({ id, isCurrent, isServed, openRuns }: BuildInUse): string => {
  const facts = [
    ...(isCurrent ? ['current'] : []),
    ...(isServed ? [] : ['no worker']),
    ...(openRuns.length === 0 ? [] : [`open: ${openRuns.join(', ')}`]),
  ];
  return facts.length === 0 ? id : `${id} (${facts.join('; ')})`;
};

/** The builds as a sentence; null where there is nothing to say, since the only one is current and has a worker. */
export function buildsText(builds: readonly BuildInUse[]): string | null {
  const [only] = builds;
  if (only === undefined || (builds.length === 1 && only.isCurrent && only.isServed)) return null;
  return builds.map(buildText).join(', ');
}

/** The records of clusters go with the current build: without a worker of it nobody answers, and asking takes half a minute. */
export function whyNobodyAnswers(builds: readonly BuildInUse[]): string | undefined {
  const current = builds.find(({ isCurrent }) => isCurrent);
  return current?.isServed === false ? `no worker of the current build ${current.id} is there` : undefined;
}
