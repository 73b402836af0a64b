import { expect, it } from 'vitest';
import { findingOf, type Found } from '../../../testing/healthy/findings.js';

const qos2: Found = {
  ...{ broker: 'nats', fault: 'SIGKILL', workload: 'qos-mix', sdk: 'go', guarantee: 'exactly-once' },
  text: "p's message 7 on t/q2 was completed (PUBCOMP), and s, whose session was kept, never received it",
};
const will = (closedBy: string): Found => ({
  ...{ broker: 'nats', fault: 'SIGTERM', workload: 'wills', sdk: 'go', guarantee: 'will' },
  text: `c-w3's will 0 on t/w3 (connection 1: ${closedBy}) never came to c-watch`,
});

it('a violation is of a known finding where broker, guarantee, fault, workload and words are those of it', () => {
  expect(findingOf(qos2)).toContain('findings.md, 3');
  expect(findingOf(will('peer'))).toContain('findings.md, 2');
});

it.each<[string, Partial<Found>]>([
  ['broker', { broker: 'mosquitto' }],
  ['fault', { fault: 'SIGSTOP' }],
  ['workload', { workload: 'wills' }],
  ['guarantee', { guarantee: 'at-least-once' }],
  ['kind', { text: "p's message 7 on t/q2 was handed over once, and s received it 2 times" }],
])('of another %s it is none', (_, other) => {
  expect(findingOf({ ...qos2, ...other })).toBeUndefined();
});

it('a will that is lost with nobody’s takeover is only one of a killed leader', () => {
  expect(findingOf(will('own-cut'))).toBeUndefined();
  expect(findingOf({ ...will('own-cut'), fault: 'SIGKILL' })).toContain('no leader');
});
