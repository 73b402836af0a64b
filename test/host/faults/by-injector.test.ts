import { join } from 'node:path';
import { expect, it } from 'vitest';
import { natsDriver } from '../../../src/host/drivers/nats/index.js';
import { byInjector } from '../../../src/host/faults/by-injector.js';
import { injectors } from '../../../src/host/injectors/index.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { ticketIn } from '../../../testing/tickets.js';

const { inject, isInForce, outlivesCluster } = byInjector(({ faultId }) => ({
  faultId,
  own: {},
  params: {},
  effect: { kind: 'delay', delayMs: 1, jitterMs: 0, target: 'lo' },
}));

it('the injector that the ticket names decides whether the fault outlives its cluster', () => {
  for (const { name, outlivesCluster: outlives } of injectors)
    expect(outlivesCluster(ticketIn('/data', { injector: name })), name).toBe(outlives);
  expect(new Set(injectors.map((each) => each.outlivesCluster)).size).toBe(2);
});

it('an injector that there is not is an error with its name, whatever it is asked for', async () => {
  const cluster = { dir: join(temporaryFolder(), 'none'), driver: natsDriver };
  const unknown = ticketIn('/data', { injector: 'magic' });
  expect(() => outlivesCluster(unknown)).toThrow('magic');
  await expect((async () => inject(unknown, cluster))()).rejects.toThrow('magic');
  await expect((async () => isInForce(unknown, cluster))()).rejects.toThrow('magic');
});

it('what is to be done is handed on to it', async () => {
  const cluster = { dir: join(temporaryFolder(), 'none'), driver: natsDriver };
  await expect((async () => inject(ticketIn('/data', { injector: 'toxiproxy' }), cluster))()).rejects.toThrow(
    'proxies',
  );
});
