import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeCertificate } from '../../../../src/host/drivers/robustmq/certificates.js';
import type { RobustState } from '../../../../src/host/drivers/robustmq/state.js';
import { temporaryFolder } from '../../../../testing/processes.js';

it('a certificate fits its key, which nobody else may read', async () => {
  const folder = temporaryFolder();
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await writeCertificate({ certFile, keyFile } as RobustState);
  const certificate = new X509Certificate(readFileSync(certFile));
  expect(certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile)))).toBe(true);
  expect(certificate.subject).toContain('localhost');
  expect(statSync(keyFile).mode & 0o077).toBe(0);
});
