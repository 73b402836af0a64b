import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { planState } from '../../../../src/host/drivers/mosquitto/plan.js';
import { snapshot } from '../../../../src/host/drivers/mosquitto/snapshot.js';
import { saveState } from '../../../../src/host/drivers/mosquitto/state.js';
import { startMqttBroker, type MqttAnswers } from '../../../../testing/mqtt-broker.js';
import { temporaryFolder } from '../../../../testing/processes.js';

/** A snapshot of a broker that says this, and has one line in its log. */
async function taken(answers: MqttAnswers) {
  const root = temporaryFolder();
  const dir = join(root, 'cluster');
  const options = { cluster: 'c', runId: 'r', logDir: join(root, 'logs'), nodeCount: 1, binary: '/m' };
  const state = planState(options);
  const { port: mqttPort } = await startMqttBroker(answers);
  saveState(dir, { ...state, nodes: state.nodes.map((node) => ({ ...node, mqttPort })) });
  const logFile = state.nodes[0]!.logFile;
  mkdirSync(dirname(logFile), { recursive: true });
  writeFileSync(logFile, 'Error: out of memory\n');
  const summary = await snapshot(dir, { label: 'x', runDir: join(root, 'run'), neverLines: ['out of memory'] });
  return { summary, file: readFileSync(join(root, 'run', summary.file), 'utf8') };
}

it('a snapshot has the broker’s counters, the figures among them, and its new log lines', async () => {
  const retained = {
    '$SYS/broker/messages/received': '12',
    '$SYS/broker/clients/connected': '3',
    '$SYS/broker/uptime': '7 seconds',
  };
  const { summary, file } = await taken({ retained });
  expect(summary.figures).toEqual({ 'n1.messages_received': 12, 'n1.clients_connected': 3 });
  expect([summary.warnings, summary.neverLines]).toEqual([[], ['n1: Error: out of memory']]);
  expect((JSON.parse(file) as { metrics: unknown }).metrics).toEqual({ n1: retained });
});

it('a broker that lets nobody in is a warning', async () => {
  const { summary } = await taken({ connack: 5 });
  expect(summary.warnings).toEqual([expect.stringMatching(/^n1: no \$SYS: CONNACK .* got 5/)]);
  expect([summary.figures, summary.newLogLines]).toEqual([{}, 1]);
});
