import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sleepMs } from '../../../src/host/os/clock.js';
import { clusterLock, stateFile, type Node, type State } from '../../../src/host/drivers/state-file.js';
import { temporaryFolder } from '../../../testing/processes.js';

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
