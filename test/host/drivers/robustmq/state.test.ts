import { expect, it } from 'vitest';
import { findState, idOf, loadState, nodeOf, updateNode } from '../../../../src/host/drivers/robustmq/state.js';
import { robustNodes } from '../../../../testing/driver-nodes.js';

it('a broker’s number is its name here, and what is written of a node is found again', async () => {
  const { dir, nodes } = await robustNodes(() => undefined);
  for (const { id, brokerId } of nodes) expect(idOf(brokerId)).toBe(id);
  updateNode(dir, 'n2', { process: null });
  const state = loadState(dir);
  expect(nodeOf(state, 'n2').process).toBeNull();
  expect(nodeOf(state, 'n1')).toEqual(nodes[0]);
  expect(() => nodeOf(state, 'n9')).toThrow('cluster local has no broker n9; it has n1, n2, n3');
  expect(findState(`${dir}/none`)).toBeUndefined();
});
