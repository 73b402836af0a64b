import { ChaosError } from './errors.js';
import { shown } from './shape.js';

/**
 * The format of everything that one version of this program stores and another may find. A number is raised only if an older program would misread the file:
 * a field that is added raises nothing.
 */
export const FORMATS = {
  // A cluster's state folder.
  ticket: 1,
  lease: 1,
  claims: 1,
  'cluster state': 1,
  'dirty mark': 1,
  keeper: 1,
  'keeper awareness': 1,
  'log marks': 1,
  // A run's folder.
  'run mark': 1,
  plan: 1,
  versions: 1,
  'update begun': 1,
  'update exit': 1,
  'broker update': 1,
  'broker list': 1,
  scenario: 1,
  report: 1,
  publication: 1,
  'pruned mark': 1,
  snapshot: 1,
  message: 1,
  'message receipts': 1,
  // A phase of clients.
  phase: 1,
  'phase runner': 1,
  'clients stopped': 1,
  'client ready': 1,
  'client exit': 1,
  // 2: every event, instead of one line for each message.
  ledger: 2,
  // What the checkers said of a phase.
  guarantees: 1,
  comparison: 1,
  // The data folder.
  history: 1,
  breakers: 1,
  reserve: 1,
  // The embedded Temporal server.
  server: 1,
  supervisor: 1,
  'server user': 1,
} as const satisfies Record<string, number>;

export type StoredKind = keyof typeof FORMATS;

/** Where a format stands that is not in the field `format`: these are read by other programs, too, and had theirs first. */
const OWN_PLACE: { readonly [Kind in StoredKind]?: string } = { report: 'schema', history: 'schema', ledger: 'ledger' };

/** The field of a file's format, to be written: undefined where the writer of this kind puts its own. */
export const formatField = (kind: StoredKind): { readonly format: number } | undefined =>
  kind in OWN_PLACE ? undefined : { format: FORMATS[kind] };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** What stands at the place of the format; undefined in files that are older than formats. Of a list it stands in each item. */
function saidFormat(kind: StoredKind, value: unknown): unknown {
  if (Array.isArray(value)) {
    const formats = value.map((item: unknown) => saidFormat(kind, item));
    return formats.find((format) => !isReadable(kind, format));
  }
  if (!isObject(value)) return undefined;
  const place = OWN_PLACE[kind] ?? 'format';
  const said = value[place];
  const [, number] = (typeof said === 'string' && place === 'schema' && /\/(\d+)$/.exec(said)) || [];
  return number === undefined ? said : Number(number);
}

/** A schema without a number is no report and no history of ours, of whatever format: whoever reads it says so. */
const isReadable = (kind: StoredKind, said: unknown): boolean =>
  said === undefined ||
  (OWN_PLACE[kind] !== undefined && typeof said !== 'number') ||
  (typeof said === 'number' && said <= FORMATS[kind]);

/** Why this program may not use a stored value, as a sentence: a newer program wrote it. Undefined if it can read it. */
export function newerText(kind: StoredKind, where: string, value: unknown): string | undefined {
  const said = saidFormat(kind, value);
  if (isReadable(kind, said)) return undefined;
  return (
    `${where}: expected a ${kind} of format ${FORMATS[kind]} or older, got format ${shown(said)}, which a newer program wrote; ` +
    'install that program, or a newer one'
  );
}

/** Throws FORMAT_NEWER then. */
export function refuseNewer(kind: StoredKind, where: string, value: unknown): void {
  const problem = newerText(kind, where, value);
  if (problem !== undefined) throw new ChaosError('FORMAT_NEWER', problem);
}

/** Throws PLAN_NEWER if a newer program made this plan: its run is left to a worker of that program. */
export function refuseNewerPlan(plan: unknown, where: string): void {
  const problem = newerText('plan', where, plan);
  if (problem !== undefined) throw new ChaosError('PLAN_NEWER', problem);
}

/** Is it only that a newer program wrote what was to be read? */
export const isNewer = (error: unknown): error is ChaosError =>
  error instanceof ChaosError && (error.code === 'FORMAT_NEWER' || error.code === 'PLAN_NEWER');
