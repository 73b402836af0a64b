import type { HistoryBroker } from './history.js';

const SHA256 = ' sha256';
const SHORT_CHARS = 12;

/** The broker among the versions of a run: the one program that a driver gives the hash of, e.g. `nats-server`, `nats-server commit`, `nats-server sha256`. */
export function brokerOf(versions: Readonly<Record<string, string>>): HistoryBroker {
  const name = Object.keys(versions)
    .find((key) => key.endsWith(SHA256))
    ?.slice(0, -SHA256.length);
  const said = (key: string): string | null => (name === undefined ? null : (versions[`${name}${key}`] ?? null));
  return { version: said(''), commit: said(' commit'), sha256: said(SHA256) };
}

/** Every name of a build that is known of it. */
const namesOf = (broker: HistoryBroker | null): string[] => {
  const { version = null, commit = null, sha256 = null } = broker ?? {};
  return [version, commit?.slice(0, SHORT_CHARS) ?? null, sha256?.slice(0, SHORT_CHARS) ?? null].flatMap(
    (n) => n ?? [],
  );
};

/**
 * From which build to which, by the first name that tells them apart: `1.2 → 1.3`, or `1.3 (60bef741298d) → 1.3 (48d659bc2fad)`. `same`: it is one build, and
 * `from` has its name. Null where nothing is known of one of them.
 */
export function brokerStep(
  from: HistoryBroker | null,
  to: HistoryBroker | null,
): { readonly from: string; readonly to: string; readonly same: boolean } | null {
  const [before, after] = [namesOf(from), namesOf(to)];
  const [a, b] = [before[0], after[0]];
  if (a === undefined || b === undefined) return null;
  if (a !== b) return { from: a, to: b, same: false };
  const other = before.findIndex((name, i) => after[i] !== undefined && name !== after[i]);
  if (other < 0) return { from: a, to: b, same: true };
  return { from: `${a} (${before[other] ?? ''})`, to: `${b} (${after[other] ?? ''})`, same: false };
}
