import { expect, it } from 'vitest';
import { rehearsalDriver } from '../../../src/host/drivers/rehearsal.js';

it('a rehearsal’s cluster never starts, and stopping it is nothing', async () => {
  const options = { cluster: 'c', runId: 'r', logDir: '/nowhere', nodeCount: 3 };
  expect(await rehearsalDriver.preflight({})).toEqual([]);
  await expect(rehearsalDriver.start('/nowhere', options)).rejects.toMatchObject({ code: 'CLUSTER_START_FAILED' });
  await rehearsalDriver.stop('/nowhere');
  expect(await rehearsalDriver.status('/nowhere')).toBe('stopped');
  expect(() => rehearsalDriver.leaders('/nowhere')).toThrow(expect.objectContaining({ code: 'CLUSTER_GONE' }));
});
