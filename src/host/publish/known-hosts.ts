import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeployKeySettings } from '../../domain/publish.js';
import { RemoteError } from '../remote/remote-error.js';

/**
 * Keys of github.com as GitHub publishes them (docs.github.com, "GitHub's SSH key fingerprints"):
 * SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU (Ed25519), SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM (ECDSA).
 */
export const GITHUB_HOST_KEYS: readonly string[] = [
  'github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl',
  'github.com ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=',
];

/** Host of `git@host:path` or `ssh://user@host:port/path`. */
export function hostOf(remote: string): string {
  const host = remote.startsWith('ssh://') ? new URL(remote).hostname : /^[^@]+@([^:]+):/.exec(remote)?.[1];
  return host ?? '';
}

/** The file of host keys that ssh is to trust, and no other: the configured one, or github.com's own keys. */
export function knownHostsFile({ remote, knownHostsFile: file }: DeployKeySettings, workDir: string): string {
  const host = hostOf(remote);
  if (file !== null) {
    if (existsSync(file)) return file;
    throw new RemoteError(
      'HOST_KEY_UNKNOWN',
      `publish.known_hosts_file: expected the keys of ${host} in ${file}, found no file`,
    );
  }
  if (host !== 'github.com') {
    throw new RemoteError(
      'HOST_KEY_UNKNOWN',
      `publish.known_hosts_file: expected the keys of ${host}, got no such file in the config`,
    );
  }
  const own = join(workDir, 'known_hosts');
  writeFileSync(own, `${GITHUB_HOST_KEYS.join('\n')}\n`);
  return own;
}
