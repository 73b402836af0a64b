import { readFileSync } from 'node:fs';
import type { SecretSource } from '../../domain/publish.js';
import { RemoteError } from './remote-error.js';

/** Where a secret is looked for, in words. */
export const placeOf = ({ env, file }: SecretSource): string =>
  file === null ? `the environment variable ${env}` : `the file ${file}`;

/** Reads a secret when it is needed, so that no config, plan or history ever holds it. `what` names it in errors. */
export function readSecret(source: SecretSource, what: string): string {
  const { env, file } = source;
  const where = placeOf(source);
  let text: string | undefined;
  try {
    text = file === null ? process.env[env] : readFileSync(file, 'utf8');
  } catch (error) {
    throw new RemoteError('SECRET_MISSING', `${what}: expected it in ${where}, got ${codeOf(error)}`);
  }
  const secret = text?.trim() ?? '';
  if (secret === '') throw new RemoteError('SECRET_MISSING', `${what}: expected it in ${where}, found nothing`);
  return secret;
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'an unreadable file';

/** Takes secrets out of a text that others wrote (a server's answer, a program's error) before anybody reads it. */
export const redact = (text: string, secrets: readonly string[]): string =>
  secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
    .reduce((clean, form) => clean.replaceAll(form, '***'), text);
