import { describe, expect, it } from 'vitest';
import { mustRun, namespaceFile, runCommand } from '../../../src/host/os/commands.js';

describe('a command', () => {
  it('gives its status and both of its outputs', async () => {
    expect(await runCommand('sh', ['-c', 'echo out; echo err >&2; exit 3'])).toEqual({
      code: 3,
      stdout: 'out',
      stderr: 'err',
    });
  });

  it('gets its arguments as they are: no shell reads them', async () => {
    expect((await runCommand('echo', ['$HOME; `id`', '*'])).stdout).toBe('$HOME; `id` *');
  });

  it('that is not there has no status, and says so', async () => {
    const { code, stderr } = await runCommand('no-such-command-anywhere', []);
    expect(code).toBeNull();
    expect(stderr).toContain('no-such-command-anywhere: ENOENT');
  });

  it('is not run at all where its namespace is not there', async () => {
    const { code, stdout } = await runCommand('echo', ['ran'], 'no-such-namespace');
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(namespaceFile('n')).toBe('/run/netns/n');
  });
});

describe('a command that must succeed', () => {
  it('gives what it said', async () => {
    expect(await mustRun(runCommand, 'echo', ['fine'])).toBe('fine');
  });

  it('fails with its arguments, its status, and the first line of what it said', async () => {
    await expect(mustRun(runCommand, 'sh', ['-c', 'echo first >&2; echo second >&2; exit 4'])).rejects.toThrow(
      /^sh -c .*: first \(status 4\)$/,
    );
  });

  it('names the namespace in which it failed', async () => {
    const fails = () => Promise.resolve({ code: 1, stdout: '', stderr: 'no' });
    await expect(mustRun(fails, 'tc', ['qdisc'], 'ns1')).rejects.toThrow('tc qdisc in namespace ns1: no (status 1)');
  });
});
