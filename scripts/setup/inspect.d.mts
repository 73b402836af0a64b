import type { Step } from './steps.mjs';
import type { Toolchain } from './toolchains.mjs';

/** A toolchain as it was found; `found` is for people, and null where there is none. */
export interface ToolchainInspection {
  name: string;
  found: string | null;
  needed: string;
  ok: boolean;
  install: string;
}

/** What is there and what is missing for set-up; see inspect.mjs. */
export interface SetupInspection {
  ok: boolean;
  toolchains: ToolchainInspection[];
  steps: { name: string; state: 'ready' | 'missing' | 'stale' }[];
}

export function inspect(options: { root: string; steps?: Step[]; toolchains?: Toolchain[] }): Promise<SetupInspection>;

export function describeInspection(inspection: SetupInspection): string;

export function describeToolchain(toolchain: ToolchainInspection): string;
