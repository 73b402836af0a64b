import { expect, it } from 'vitest';
import { planState } from '../../../../src/host/drivers/mosquitto/plan.js';
import { DECLARED, passwordLine, serverConfig } from '../../../../src/host/drivers/mosquitto/server-config.js';

const [node] = planState({ cluster: 'c', runId: 'r', logDir: '/run/a b', nodeCount: 1, binary: '/m' }).nodes;

it('a broker listens on loopback alone, lets nobody in without the password, and keeps all in the run’s folder', () => {
  const lines = serverConfig(node!).split('\n');
  expect(lines.filter((line) => line.startsWith('listener'))).toEqual([`listener ${node?.mqttPort} 127.0.0.1`]);
  expect(lines).toContain('allow_anonymous false');
  expect(lines).toContain('password_file /run/a b/n1/passwords');
  // It takes the name of its database as the rest of this.
  expect(lines).toContain('persistence_location /run/a b/n1/data/');
});

it('what its settings say that it may lose is what is declared', () => {
  const settings = new Map(
    serverConfig(node!)
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  );
  expect(settings.get('persistence')).toBe('true');
  expect(settings.get('autosave_on_changes')).toBe('false');
  const seconds = Number(settings.get('autosave_interval'));
  expect(DECLARED['persistence']).toContain(`saved every ${seconds + 1} s (autosave_interval ${seconds}); a killed`);
  expect(DECLARED['max_queued_messages']).toBe(settings.get('max_queued_messages'));
  expect(DECLARED['max_inflight_messages']).toBe(`${settings.get('max_inflight_messages')} (no limit)`);
});

it('the line of the password file is the one that mosquitto_passwd 2.0.11 writes for the same salt', () => {
  const salt = Buffer.from('DqwQRXjeltAzF6E6', 'base64');
  expect(passwordLine({ username: 'chaos', password: 'secret' }, salt)).toBe(
    'chaos:$7$101$DqwQRXjeltAzF6E6$MHRxhWwk/JfLieSGiZMl09oflLtQg05auZAUEmQOT5wk29M1NVduhyAaKDzNEfgEQsuPVhTB9opT32BHo57kuA==\n',
  );
});
