import { expect, it } from 'vitest';
import { findingsOf } from '../../src/domain/findings.js';
import { entriesFrom } from '../../src/domain/known-from.js';
import { figures, result, runData, snapshot } from '../../testing/reports/values.js';
import { catalogue, outcome } from '../../testing/values.js';

const [kill] = catalogue;
const named = { id: 'K', why: 'seen' };
const from = (change: Parameters<typeof result>[1], sdk?: string) =>
  entriesFrom(
    findingsOf(runData({ scenarios: [result(kill!, change)] })).filter(
      (finding) => sdk === undefined || finding.sdk === sdk,
    ),
    named,
  );
const bad = (sdk: string, more: object): ReturnType<typeof outcome> =>
  outcome({ sdk, end: { kind: 'exited', code: 1 }, result: more });

it('makes one entry for each check, with the clients that failed it and the worst figure as the bound', () => {
  const validation = [bad('go', { lost: 3 }), bad('rust', { lost: 7, p99_ms: 800.2 })];
  const entry = { why: 'seen', scenarios: [kill!.name] };
  expect(from({ validation })).toEqual([
    {
      ...entry,
      id: 'K.1',
      sdks: ['go', 'rust'],
      match: { status: 'failed', check: 'lost', where: 'validation', lost: '<= 7' },
    },
    {
      ...entry,
      id: 'K.2',
      sdks: ['rust'],
      match: { status: 'failed', check: 'p99_ms', where: 'validation', p99_ms: '<= 801' },
    },
  ]);
});

it('takes what was said where there is no figure, but for what changes with each run', () => {
  const refused = bad('go', {
    sent: 0,
    received: 0,
    p99_ms: null,
    errors: ['setup_error: expected subscriber connected', '127.0.0.1:4711: wrong maximum Qos'],
  });
  expect(from({ validation: [refused] })).toMatchObject([
    { id: 'K', match: { check: 'sent', error: 'wrong maximum Qos' } },
  ]);
});

it('names no client where the failure is of none', () => {
  const [entry] = from({
    snapshots: [snapshot({ neverLines: ["n1: 12:00:01 thread 'meta' (17) panicked at mod.rs:399"] })],
  });
  expect(entry).toEqual({ id: 'K', why: 'seen', scenarios: [kill!.name], match: { line: ') panicked at mod.rs:' } });
});

it('says since which build, if that is known', () => {
  const findings = findingsOf(runData({ scenarios: [result(kill!, { faultPeriod: [figures({ ackedLost: 4 })] })] }));
  expect(entriesFrom(findings, { ...named, since: 'nats-server 2.14' })[0]).toMatchObject({
    since: 'nats-server 2.14',
    match: { check: 'lost', where: 'fault', lost: '<= 4' },
  });
});

it('takes the end of a line, where what is special of it stands', () => {
  const line = "n1: 12:00:01 thread 'meta' (17) panicked at …/openraft-0.9.24/src/replication/mod.rs:399";
  const [entry] = from({ snapshots: [snapshot({ neverLines: [line] })] });
  expect(entry?.match).toEqual({ line: 'src/replication/mod.rs:' });
});
