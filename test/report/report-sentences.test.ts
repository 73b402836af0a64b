import { describe, expect, it } from 'vitest';
import { resumeCommandLine } from '../../src/domain/breaker.js';
import { shellQuoted } from '../../src/domain/shell.js';
import {
  commandsAgain,
  comparedLine,
  factLines,
  faultLines,
  processorsLines,
  versionsOf,
} from '../../src/report/report-sentences.js';
import { plan, result, runData } from '../../testing/reports/values.js';
import { outcome, scenario } from '../../testing/values.js';

const kill = scenario('kill', { params: { victim: 'leader' } });
const data = runData();
const said = (change: Parameters<typeof result>[1] = {}, more: object = {}): string =>
  faultLines(data, { ...result(kill, change), ...more }).join('\n');

it('the facts name run, cluster, driver, times of the config’s zone, and config', () => {
  const text = factLines(data).join('\n');
  for (const part of [data.runId, '`nats`', '2026-11-22T19:58:00+08:00', 'sha256:abcdef012345`', 'nats-server v2.15.1'])
    expect(text).toContain(part);
});

it('versions are those of program and broker, and of the libraries that the clients name', () => {
  const control = [outcome({ sdk: 'go', result: { library: 'paho 1.5' } }), outcome({ sdk: 'own', result: null })];
  expect(versionsOf(runData({ control }))).toEqual([
    ['nats-server', 'v2.15.1'],
    ['go:', 'paho 1.5'],
  ]);
});

describe('the fault', () => {
  it('is named with parameters, injector, victim and why it was that one', () => {
    const text = said();
    for (const part of [
      '`broker-kill`',
      'victim=leader',
      'sigkill',
      'n2',
      'n2 leads 3 of 3 groups',
      '32.50 s',
      '60.01',
    ])
      expect(text).toContain(part);
  });

  it('has a line for each thing that went wrong, and none where nothing did', () => {
    const good = said().split('\n').length;
    for (const fault of [{ observed: false }, { cutShort: true }])
      expect(said({ fault }).split('\n'), JSON.stringify(fault)).toHaveLength(good + 1);
    expect(said({ fault: { injectError: 'no such node', cleanup: 'nothing left' } })).toMatch(
      /no such node.*nothing left/,
    );
    expect(said({ fault: { injectError: 'no such node', observed: false } })).not.toMatch(/bite/);
    expect(said({ fault: { recoverError: 'never came back' } })).toContain('never came back');
    expect(said({}, { clusterEnded: 'the lease was over' })).toContain('the lease was over');
    expect(said({}, { equipmentDied: ['proxy 7', 'proxy 8'] })).toContain('proxy 7, proxy 8');
    expect(said({}, { deadNodes: ['n3'] })).toContain('n3');
  });

  it('tells a recovery that came too late from one that was never proved', () => {
    const late = said({ fault: { recoverError: 'late' } });
    const never = said({ fault: { recoverError: 'late', healed: [], recoveredAt: null } });
    expect(late).not.toBe(never);
    expect(late).toContain('2026-11-22T20:00:32+08:00');
    expect(never).not.toMatch(/20:00:32|1970/);
  });

  it('says who failed, where anybody did', () => {
    const failed = outcome({ sdk: 'go', result: { lost: 1 } });
    const by = (outcomes: ReturnType<typeof outcome>[]): string =>
      said({ validation: outcomes }).split('\n').at(-1) ?? '';
    const [all, some] = [by([failed]), by([failed, outcome({ sdk: 'rust' })])];
    expect(new Set([all, some, by([outcome({ sdk: 'go' })])]).size).toBe(3);
  });
});

it('p99 is compared with the control run, and not with one that there is not', () => {
  const control = [outcome({ sdk: 'go', result: { p99_ms: 5 } })];
  const line = comparedLine(runData({ control }), result(kill));
  expect(line).toContain('go 5 → 12.5 ms (2.5 ×)');
  expect(line).toContain('rust – → 12.5 ms (–)');
});

describe('the processors', () => {
  const busy = { busyPercent: 97, clusterPercent: 30, clientsPercent: 6 };

  it('are told by the client that ran longest, with what is left for all else', () => {
    const long = { ...outcome(), durationSeconds: 30, hostCpu: busy };
    const short = { ...outcome(), durationSeconds: 3, hostCpu: { ...busy, busyPercent: 50 } };
    expect(processorsLines([short, long])[0]?.match(/\d+(?= %)/g)).toEqual(['97', '30', '6', '61']);
  });

  it('are not told where nobody measured, and all else is never below zero', () => {
    expect(processorsLines([outcome()])).toEqual([]);
    const odd = { ...outcome(), hostCpu: { busyPercent: 30, clusterPercent: 30, clientsPercent: 6 } };
    expect(
      processorsLines([odd])[0]
        ?.match(/\d+(?= %)/g)
        ?.at(-1),
    ).toBe('0');
  });
});

describe('the commands to do it again', () => {
  const again = (change: object, versions = {}): string[] =>
    commandsAgain(runData({ plan: { ...plan, ...change }, versions }));

  it('check out the same commit, where it is known', () => {
    expect(again({}, { 'robustmq-chaos-test': '0.1.0 (abcdef0123)' })[0]).toBe('git checkout abcdef0123');
    expect(again({}, { 'robustmq-chaos-test': '0.1.0 (abcdef0123-dirty)' })[0]).toBe('git checkout abcdef0123');
    expect(again({}, { 'robustmq-chaos-test': '0.1.0' })).toHaveLength(1);
  });

  it('name a config that is not the default, one scenario, and the SDKs if some were left out', () => {
    expect(again({})).toEqual(['npm run round']);
    expect(again({ configPath: '/my.yml' })).toEqual(['npm run round -- --config /my.yml']);
    const odd = "/it's #1/my $config.yml";
    expect(again({ configPath: odd })).toEqual([`npm run round -- --config ${shellQuoted(odd)}`]);
    expect(resumeCommandLine(odd)).toMatch(/--config '\/it'\\''s #1\/my \$config\.yml'$/);
    expect(again({ kind: 'single', scenarios: [kill], sdksLeftOut: ['java'] })).toEqual([
      'npm run scenario -- kill --sdk go,rust',
    ]);
    const inSeries = { series: 's', version: 'B', binary: '/opt/my broker', scenarios: ['kill'] };
    expect(again({ kind: 'series', inSeries, configPath: '/my.yml' })).toEqual([
      "npm run versions -- --binary '/opt/my broker' --binary '/opt/my broker' --scenario kill --config /my.yml",
    ]);
  });
});
