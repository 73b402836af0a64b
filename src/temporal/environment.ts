import { existsSync } from 'node:fs';
import { loadClientConfigProfile, toClientOptions, type ClientConfigProfile } from '@temporalio/envconfig';
import { ChaosError, messageOf } from '../domain/errors.js';

/**
 * How Temporal's usual environment (`TEMPORAL_*`, and a profile of temporal.toml) says to connect. Rejects with CONFIG_INVALID what cannot be read, or is
 * half of something: nothing falls back to another server, or to none of the security that was asked for.
 */
export function temporalEnvironment(): ReturnType<typeof toClientOptions> {
  try {
    requireReadable();
    const profile = loadClientConfigProfile({ configFileStrict: true });
    const problem = halfGiven(profile);
    if (problem !== undefined) throw new Error(problem);
    return toClientOptions(profile);
  } catch (error) {
    throw new ChaosError(
      'CONFIG_INVALID',
      `Temporal's own settings (TEMPORAL_* in the environment, and the profile in its config file): ${reasonOf(error)}`,
    );
  }
}

/** What the library reads as something else: a file that is not there as an empty one, and `TEMPORAL_TLS=yes` as no TLS. */
function requireReadable(): void {
  const { TEMPORAL_CONFIG_FILE: file = '', TEMPORAL_TLS: tls = '0' } = process.env;
  if (file !== '' && !existsSync(file))
    throw new Error(`TEMPORAL_CONFIG_FILE: expected a file, got ${file}, which is not there`);
  if (!['1', 'true', '0', 'false'].includes(tls)) throw new Error(`TEMPORAL_TLS: expected true or false, got "${tls}"`);
}

/** The library does not look whether a file has a profile at all. */
const reasonOf = (error: unknown): string =>
  error instanceof TypeError
    ? 'expected a table [profile.default] in the config file, got no profile'
    : messageOf(error);

function halfGiven({ address, apiKey, tls }: ClientConfigProfile): string | undefined {
  const hasCert = tls?.clientCert !== undefined;
  if (tls?.disabled !== true && hasCert !== (tls?.clientKey !== undefined)) {
    const [got, missing] = hasCert ? ['CERT', 'KEY'] : ['KEY', 'CERT'];
    return `expected TEMPORAL_TLS_CLIENT_${missing}_PATH (or _DATA) beside TEMPORAL_TLS_CLIENT_${got}_…, got none`;
  }
  if (address === undefined && (apiKey !== undefined || (tls !== undefined && tls.disabled !== true)))
    return `expected TEMPORAL_ADDRESS beside ${apiKey === undefined ? 'TEMPORAL_TLS…' : 'TEMPORAL_API_KEY'}, got none`;
  if (address !== undefined && !/^[^/\s]+:\d+$/.test(address))
    return `TEMPORAL_ADDRESS: expected host:port, got ${address}`;
  return undefined;
}
