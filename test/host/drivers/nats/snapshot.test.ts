import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { snapshot } from '../../../../src/host/drivers/nats/snapshot.js';
import { loadState } from '../../../../src/host/drivers/nats/state.js';
import { natsNodes } from '../../../../testing/driver-nodes.js';

it('a snapshot has every node’s pages and new log lines; what is missing is a warning', async () => {
  const dir = await natsNodes((id, path) => {
    if (id === 'n2' && path === '/varz') return undefined;
    if (path === '/varz') return { connections: 4, routes: 2, version: 'x' };
    return path.startsWith('/jsz') ? { streams: 3, consumers: '?' } : { page: path };
  });
  for (const { logFile, id } of loadState(dir).nodes) {
    mkdirSync(dirname(logFile), { recursive: true });
    writeFileSync(logFile, `started ${id}\n`);
  }
  const runDir = join(dir, 'run');
  const taken = await snapshot(dir, { label: 'x', runDir, neverLines: ['started n3'] });
  expect(taken.figures).toEqual({
    ...{ 'n1.connections': 4, 'n1.routes': 2, 'n1.streams': 3 },
    ...{ 'n2.streams': 3, 'n3.connections': 4, 'n3.routes': 2, 'n3.streams': 3 },
  });
  expect(taken.warnings).toEqual([expect.stringMatching(/^n2: no \/varz: /)]);
  expect([taken.newLogLines, taken.neverLines]).toEqual([3, ['n3: started n3']]);
  const { metrics } = JSON.parse(readFileSync(join(runDir, taken.file), 'utf8')) as { metrics: object };
  expect(metrics).toMatchObject({ n1: { healthz: { page: '/healthz' }, routez: { page: '/routez' } } });
});
