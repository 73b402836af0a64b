import { expect, it } from 'vitest';
import { demandHost } from '../../src/activities/hosts.js';

const servedBy = (...ids: string[]) => ({ own: 'b', serving: () => Promise.resolve(ids) });

it('a request that names no host is understood where there is one alone', async () => {
  await demandHost({}, servedBy('b'));
  // The worker that asks need not be listed yet.
  await demandHost({}, servedBy());
});

it('and by nobody where there are more, which the error names in order', async () => {
  for (const ids of [
    ['c', 'a'],
    ['b', 'c', 'a'],
  ])
    await expect(demandHost({}, servedBy(...ids))).rejects.toMatchObject({
      ...{ code: 'HOST_NOT_NAMED', message: expect.stringMatching(/3 hosts serve this Temporal: a, b, c$/) },
    });
});

it('one that names its host need not ask who else there is', async () => {
  const serving = () => Promise.reject(new Error('not asked'));
  await demandHost({ host: 'b' }, { own: 'b', serving });
});
