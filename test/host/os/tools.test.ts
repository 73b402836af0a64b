import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findServer, findTool, installRoot, requireTool, type Tool } from '../../../src/host/os/tools.js';
import { temporaryFolder } from '../../../testing/processes.js';

afterEach(() => vi.unstubAllEnvs());

it('the installation is where package.json is', () => {
  expect(existsSync(join(installRoot, 'package.json'))).toBe(true);
  expect(existsSync(join(installRoot, 'sdk_clients'))).toBe(true);
});

describe('a tool', () => {
  it('is set-up’s own copy, whatever PATH has', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'nats-server'), '', { mode: 0o755 });
    vi.stubEnv('PATH', folder);
    expect(findTool('nats-server')).toBe(join(installRoot, '.tools', 'bin', 'nats-server'));
  });

  it('is else the first on PATH that can be run', () => {
    const [first, second] = [temporaryFolder(), temporaryFolder()];
    const name = 'some-tool' as Tool;
    for (const folder of [first, second]) writeFileSync(join(folder, name), '', { mode: 0o755 });
    vi.stubEnv('PATH', `${first}:${second}`);
    expect(findTool(name)).toBe(join(first, name));
    chmodSync(join(first, name), 0o644);
    expect(findTool(name)).toBe(join(second, name));
  });

  it('that is nowhere is an error that names it and set-up', () => {
    vi.stubEnv('PATH', '');
    expect(findTool('no-tool' as Tool)).toBeUndefined();
    expect(() => requireTool('no-tool' as Tool)).toThrow(
      expect.objectContaining({ code: 'PREFLIGHT_FAILED', message: expect.stringMatching(/no-tool.*npm run setup/) }),
    );
    expect(requireTool('temporal')).toBe(findTool('temporal'));
  });
});

it('a server of the distribution is the one on PATH, and else the one in /usr/sbin, if there is any', () => {
  const folder = temporaryFolder();
  vi.stubEnv('PATH', folder);
  expect(findServer('no-server')).toBeUndefined();
  // Part of Debian's base system.
  expect(findServer('chroot')).toBe('/usr/sbin/chroot');
  writeFileSync(join(folder, 'chroot'), '', { mode: 0o755 });
  expect(findServer('chroot')).toBe(join(folder, 'chroot'));
});
