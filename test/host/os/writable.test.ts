import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dataFolder } from '../../../src/host/doctor/disk.js';
import { writtenIn } from '../../../src/host/layout/paths.js';
import { requireWritable, whyNotWritable } from '../../../src/host/os/writable.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { onReadOnlyMount } from '../../../testing/small-disk.js';

const folder = temporaryFolder();
writeFileSync(join(folder, 'file'), '');
symlinkSync('nowhere', join(folder, 'dangling'));

it('a folder that is not there is made, by a command that is about to write', () => {
  const written = writtenIn(join(folder, 'to', 'be', 'made'));
  expect(whyNotWritable(written)).toBeUndefined();
  expect(readdirSync(folder)).not.toContain('to');
  requireWritable(written);
  requireWritable(written);
  expect(readdirSync(join(folder, 'to', 'be'))).toEqual(['made']);
});

it.each([
  ['dangling', 'a link to nothing'],
  ['dangling/data', 'a link to nothing'],
  ['file', 'no folder'],
  ['file/data', 'ENOTDIR'],
  ['n'.repeat(256), 'ENAMETOOLONG'],
])('%s is refused: %s', (name, why) => {
  const root = join(folder, name);
  expect(() => requireWritable(writtenIn(root))).toThrow(`to, got ${root} (${why}); make it writable, or name another`);
});

it('a part of it that is something else is named', () => {
  const root = join(folder, 'used');
  mkdirSync(root);
  writeFileSync(join(root, 'temporal'), '');
  expect(whyNotWritable(writtenIn(root))).toContain(`got ${join(root, 'temporal')} (no folder)`);
  expect(dataFolder(writtenIn(root), 1)).toMatchObject([{ name: 'data folder', ok: false, needed: true }]);
});

it('where the system lets nobody make a folder, that is said at once', () => {
  expect(() => requireWritable(writtenIn('/proc/none/data'))).toThrow('got /proc/none/data (ENOENT)');
});

interface Ran {
  readonly command: string;
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

it.runIf(process.getuid?.() === 0)(
  'on a read-only mount every command that starts something is refused, and what only looks works',
  async () => {
    const disk = join(folder, 'disk');
    mkdirSync(join(disk, 'temporal', 'users'), { recursive: true });
    // Of a process that was killed: whoever looks would take it away.
    const dead = { process: { pid: 1, startTicks: 1, bootId: 'x' }, role: 'command', serves: null };
    writeFileSync(join(disk, 'temporal', 'users', '1-command.json'), JSON.stringify(dead));
    writeFileSync(join(disk, 'chaos.yml'), 'data_dir: .\nscenarios: [{ name: k, fault: broker-kill, target: n1 }]\n');
    const said = await onReadOnlyMount<readonly Ran[]>('read-only-data.mjs', disk);
    const why = `data_dir: expected a folder that root can write to, got ${disk} (EROFS); make it writable, or name another one in the config`;
    for (const { command, status, stderr } of said.slice(0, -2))
      expect({ command, status, stderr }).toEqual({ command, status: 64, stderr: `robustmq-chaos: ${why}\n` });
    const [doctor, status] = said.slice(-2);
    expect(doctor?.stdout).toContain(`✗ data folder: ${why}`);
    expect(status).toMatchObject({ status: 0, stderr: '' });
  },
);
