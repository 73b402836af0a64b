import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { installRoot } from '../../src/host/os/tools.js';
import { skippedWithout } from '../../testing/programs.js';

const unit = readFileSync(join(installRoot, 'deploy', 'robustmq-chaos-worker.service'), 'utf8');
const settingOf = (key: string): string | undefined => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'robustmq-chaos-unit-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What systemd has to say of a unit; nothing if it is in order. It also looks whether the program is there, which need not be /usr/bin/node here. */
function complaints(text: string): string {
  const path = join(folder, 'robustmq-chaos-worker.service');
  writeFileSync(path, text.replace('/usr/bin/node', process.execPath));
  const { stdout, stderr, error } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
  return (error?.message ?? stdout + stderr).trim();
}

describe('the service unit', () => {
  it.skipIf(skippedWithout('systemd-analyze', 'systemd'))(
    'is in order, as systemd sees it',
    () => {
      expect(complaints(unit)).toBe('');
      expect(complaints(unit.replace('KillMode=process', 'KillMode=proces'))).toContain('kill mode');
      expect(complaints(unit.replace('RestartSec=', 'RestartSecs='))).toContain('RestartSecs');
    },
    20_000,
  );

  it('starts what the compose file starts', () => {
    const compose = parse(readFileSync(join(installRoot, 'docker-compose.yml'), 'utf8')) as {
      readonly services: { readonly worker: { readonly command: readonly string[] } };
    };
    const [node, ...args] = (settingOf('ExecStart') ?? '').split(' ');
    expect(node).toBe('/usr/bin/node');
    // A service may stand beside that of another build: there a person says which one is current.
    const there = compose.services.worker.command.filter((arg) => arg !== '--set-current');
    expect(['node', ...args.slice(0, -1)]).toEqual(there.slice(0, -1));
  });

  it('ends the worker alone: what holds a run up stays for the next one', () => {
    expect(settingOf('KillMode')).toBe('process');
    expect(settingOf('Restart')).toBe('always');
  });
});
