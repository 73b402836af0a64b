import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../../src/host/os/commands.js';
import {
  createNamespaces,
  namespaceProblems,
  namespacesOf,
  NODE_DEVICE,
  removeNamespaces,
} from '../../../src/host/os/namespaces.js';
import { temporaryFolder } from '../../../testing/processes.js';

const dir = join(temporaryFolder(), 'local');

it('a cluster that has none has none, and taking them away is nothing', async () => {
  expect(namespacesOf(dir)).toEqual([]);
  await removeNamespaces(dir);
});

describe.skipIf(namespaceProblems().length > 0)('the namespaces of a cluster', () => {
  afterAll(() => removeNamespaces(dir));

  it('have one place for each node, whose interface answers from this host', async () => {
    const places = await createNamespaces(dir, ['n1', 'n2']);
    expect(Object.keys(places)).toEqual(['n1', 'n2']);
    expect(namespacesOf(dir).sort()).toEqual(Object.values(places).map(({ namespace }) => namespace));
    for (const { namespace, address } of Object.values(places)) {
      const { stdout } = await runCommand('ip', ['-4', '-o', 'addr', 'show', NODE_DEVICE], namespace);
      expect(stdout).toContain(`${address}/24`);
    }
    expect(new Set(Object.values(places).map(({ address }) => address)).size).toBe(2);
  });

  it('are made again from nothing, and belong to their own cluster', async () => {
    const [before] = namespacesOf(dir);
    expect(namespacesOf(`${dir}-other`)).toEqual([]);
    await removeNamespaces(`${dir}-other`);
    expect(namespacesOf(dir)).toContain(before);
    await createNamespaces(dir, ['n1']);
    expect(namespacesOf(dir)).toEqual([before]);
  });

  it('go with their bridge and their interfaces', async () => {
    const bridge = namespacesOf(dir)[0]!.replace(/-n1$/, '');
    expect(Object.keys(networkInterfaces()).some((name) => name.startsWith(bridge))).toBe(true);
    await removeNamespaces(dir);
    expect(namespacesOf(dir)).toEqual([]);
    expect(Object.keys(networkInterfaces()).filter((name) => name.startsWith(bridge))).toEqual([]);
  });
});
