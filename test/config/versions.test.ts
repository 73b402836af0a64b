import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { versionsPlanFrom } from '../../src/config/versions.js';
import type { VersionsRequest } from '../../src/domain/versions-plan.js';
import { drivers } from '../../src/host/drivers/index.js';
import { faults } from '../../src/host/faults/index.js';

const config = loadConfig(fileURLToPath(new URL('../../config/default.yml', import.meta.url)), { drivers, faults });
const at = '2026-11-22T03:04:05.678Z';
const [A, B] = ['A', 'B'].map((label) => ({ label, path: `/opt/${label}` })) as [
  VersionsRequest['versions'][number],
  VersionsRequest['versions'][number],
];
const plan = (request: Partial<VersionsRequest> = {}) =>
  versionsPlanFrom(config, { request: { versions: [A, B], rounds: 3, ...request }, at });

describe('the plan of a series', () => {
  it('has every scenario and SDK of the config, and an id by its time', () => {
    const { series, scenarios, sdks, rounds, cluster } = plan();
    expect(series).toBe(`chaos-series-${cluster}-20261122T030405Z`);
    expect([scenarios.length, sdks, rounds]).toEqual([config.scenarios.length, config.sdks, 3]);
  });

  it('has what was asked for alone, in the order of the config', () => {
    const names = config.scenarios.map(({ name }) => name);
    expect(plan({ scenarios: [names[2] ?? '', names[0] ?? ''], sdks: ['rust'] })).toMatchObject({
      scenarios: [names[0], names[2]],
      sdks: ['rust'],
    });
  });

  it.each([
    ['one version', { versions: [A] }, /versions: expected two or more, got 1/],
    ['a name twice', { versions: [A, { ...B, label: 'A' }] }, /expected each name once, got A twice/],
    ['an odd name', { versions: [A, { ...B, label: 'a/b' }] }, /got a\/b/],
    ['no round', { rounds: 0 }, /rounds: expected a whole number from 1, got 0/],
    ['half a round', { rounds: 1.5 }, /got 1.5/],
    ['too much', { rounds: 251 }, /at most 500 runs in all, got 502/],
    ['an unknown scenario', { scenarios: ['leader-transfr'] }, /did you mean leader-transfer/],
    ['no scenario', { scenarios: [] }, /got none/],
    ['an unknown SDK', { sdks: ['cobol'] }, /cobol/],
  ])('is refused with %s', (_what, request, words) => {
    expect(() => plan(request)).toThrow(words);
  });
});
