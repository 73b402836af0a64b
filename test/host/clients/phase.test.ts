import { expect, it } from 'vitest';
import { clientOwner, isOfPhase, phaseOwner } from '../../../src/host/clients/phase.js';

const owner = phaseOwner({ clusterDir: '/data/clusters/local', label: 'kill-fault' });

it('a phase’s mark is its watcher’s, and each client’s begins with it', () => {
  expect(owner).toMatch(/^\/data\/clusters\/local#/);
  expect(isOfPhase(owner, owner)).toBe(true);
  expect(isOfPhase(owner, clientOwner(owner, 'go'))).toBe(true);
});

it('a phase whose name only begins alike is another one', () => {
  const other = phaseOwner({ clusterDir: '/data/clusters/local', label: 'kill-fault-2' });
  expect(isOfPhase(owner, other)).toBe(false);
  expect(isOfPhase(owner, clientOwner(other, 'go'))).toBe(false);
});
