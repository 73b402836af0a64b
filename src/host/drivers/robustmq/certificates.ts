import { writeFileSync } from 'node:fs';
import type { RobustState } from './state.js';

/** The broker's TLS listeners cannot be turned off, and do not start without a certificate; no client of ours uses them. */
export async function writeCertificate({ certFile, keyFile }: RobustState): Promise<void> {
  // Loaded here, because every command loads the drivers.
  const { generate } = await import('selfsigned');
  const pems = await generate([{ name: 'commonName', value: 'localhost' }]);
  writeFileSync(certFile, pems.cert);
  writeFileSync(keyFile, pems.private, { mode: 0o600 });
}
