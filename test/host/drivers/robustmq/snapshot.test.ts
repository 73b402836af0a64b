import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { figuresIn, snapshot } from '../../../../src/host/drivers/robustmq/snapshot.js';
import { robustNodes } from '../../../../testing/driver-nodes.js';

it('figures are those that are compared, each summed over its labels', () => {
  const text = [
    '# TYPE mqtt_connections_count gauge',
    'mqtt_connections_count 4',
    'raft_rpc_failures_total{rpc="append"} 2',
    'raft_rpc_failures_total{rpc="vote"} 3',
    'something_else 7',
    '# EOF',
  ];
  expect(figuresIn(text.join('\n'))).toEqual({ mqtt_connections_count: 4, raft_rpc_failures_total: 5 });
});

it('a snapshot has metrics, readable log lines and what was printed; what is missing is a warning', async () => {
  const { dir, nodes } = await robustNodes((id) => (id === 'n2' ? undefined : 'mqtt_sessions_count 3\n'));
  const line = { timestamp: 'T', level: 'INFO', target: 'raft', fields: { message: 'up' } };
  for (const { logFile, outFile, id } of nodes) {
    for (const file of [logFile, outFile]) mkdirSync(dirname(file), { recursive: true });
    writeFileSync(logFile, `${JSON.stringify(line)}\n`);
    writeFileSync(outFile, id === 'n3' ? 'thread panicked at x\n' : '');
  }
  const runDir = join(dir, 'run');
  const taken = await snapshot(dir, { label: 'x', runDir, neverLines: ['panicked at'] });
  expect(taken.figures).toEqual({ 'n1.mqtt_sessions_count': 3, 'n3.mqtt_sessions_count': 3 });
  expect(taken.warnings).toEqual([expect.stringMatching(/^n2: no \/metrics: /)]);
  expect(taken.neverLines).toEqual(['n3: thread panicked at x']);
  const log = readFileSync(join(runDir, 'snapshots', 'x.log'), 'utf8');
  expect(log.split('\n')).toEqual(expect.arrayContaining(['n1: T INFO raft: up', 'n3: thread panicked at x']));
});
