import { expect, it } from 'vitest';
import { openRunIds } from '../../src/messages/search-attributes.js';

it('the open runs are those that a server lists as running runs, by their workflow ids', async () => {
  const asked: string[] = [];
  const list = async function* ({ query }: { readonly query: string }) {
    asked.push(query);
    yield* ['run-1', 'run-2'].map((workflowId) => Promise.resolve({ workflowId }));
  };
  expect(await openRunIds({ list })).toEqual(['run-1', 'run-2']);
  expect(asked).toEqual(["WorkflowType = 'ChaosRunWorkflow' AND ExecutionStatus = 'Running'"]);
});
