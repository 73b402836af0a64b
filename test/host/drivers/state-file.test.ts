import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ChaosError } from '../../../src/domain/errors.js';
import { clusterPaths } from '../../../src/host/layout/paths.js';
import * as files from '../../../src/host/os/files.js';
import { sleepMs } from '../../../src/host/os/clock.js';
import { clusterLock, stateFile, type Node, type State } from '../../../src/host/drivers/state-file.js';
import { temporaryFolder } from '../../../testing/processes.js';

vi.mock('../../../src/host/os/files.js', { spy: true });

const file = stateFile<Node & { readonly port?: number }, State<Node & { readonly port?: number }>>();
const state = {
  cluster: 'local',
  nodes: [
    { id: 'n1', process: null },
    { id: 'n2', process: null },
  ],
};

describe('the state of a cluster', () => {
  const dir = join(temporaryFolder(), 'local');

  it('is not there before it is written', () => {
    expect(file.find(dir)).toBeUndefined();
    expect(() => file.load(dir)).toThrow(expect.objectContaining({ code: 'CLUSTER_GONE' }));
  });

  it('is found again, and changed node by node', () => {
    file.save(dir, state);
    file.update(dir, 'n2', { port: 7 });
    expect(file.load(dir).nodes).toEqual([state.nodes[0], { ...state.nodes[1], port: 7 }]);
  });

  it('names its nodes where somebody asks for another one', () => {
    expect(file.node(state, 'n2')).toBe(state.nodes[1]);
    expect(() => file.node(state, 'n9')).toThrow(
      expect.objectContaining({ code: 'INJECT_FAILED', message: expect.stringMatching(/n9.*n1, n2/) }),
    );
  });
});

describe('a state that a full disk does not take', () => {
  const dir = join(temporaryFolder(), 'local');
  const path = clusterPaths(dir).state;
  const changed = { ...state, cluster: 'changed' };
  const full = (): void =>
    void vi.mocked(files.writeJson).mockImplementationOnce(() => {
      throw new ChaosError('DISK_FULL', 'no room');
    });

  it('is none where there was none: nobody else could find the cluster', () => {
    full();
    expect(() => file.save(dir, state)).toThrow('no room');
    expect(file.find(dir)).toBeUndefined();
  });

  it('is known to who wrote it, until it is written', () => {
    file.save(dir, state);
    full();
    file.save(dir, changed);
    expect(file.load(dir)).toEqual(changed);
    expect(files.readJson(path)).toEqual({ ...state, format: 1 });
    file.update(dir, 'n2', { port: 7 });
    expect(files.readJson(path)).toMatchObject({ cluster: 'changed', nodes: [{ id: 'n1' }, { id: 'n2', port: 7 }] });
  });

  it('is forgotten when somebody else has written, or removed the file', () => {
    full();
    file.save(dir, changed);
    files.writeJson(path, { ...state, cluster: 'of another process' });
    expect(file.load(dir).cluster).toBe('of another process');
    full();
    file.save(dir, changed);
    rmSync(path);
    expect(file.find(dir)).toBeUndefined();
  });
});

it('one at a time works on a cluster, and on another one at the same time', async () => {
  const root = temporaryFolder();
  const locked = clusterLock(5000);
  const running = { a: 0, b: 0 };
  const most = { a: 0, both: 0 };
  const work = (name: 'a' | 'b') =>
    locked(join(root, name), async () => {
      running[name] += 1;
      most.a = Math.max(most.a, running.a);
      most.both = Math.max(most.both, running.a + running.b);
      await sleepMs(40);
      running[name] -= 1;
    });
  await Promise.all([work('a'), work('a'), work('b')]);
  expect(most).toEqual({ a: 1, both: 2 });
});
