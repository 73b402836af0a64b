import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import type { ScheduleDescription } from '@temporalio/client';
import { readConfig } from '../../src/client/options.js';
import { pauseNote, termsInForce, termsOf, termsText } from '../../src/client/schedule.js';
import { installRoot } from '../../src/host/os/tools.js';

const config = readConfig(join(installRoot, 'config', 'default.yml'));
const withSchedule = (schedule: object) => ({ ...config, schedule: { ...config.schedule, ...schedule } });
const described = (state: object, memo?: object): ScheduleDescription =>
  ({ state, action: { memo } }) as unknown as ScheduleDescription;

describe('the terms of a schedule', () => {
  it('are a cron expression in a time zone', () => {
    const terms = termsOf(withSchedule({ cron: '0 */4 * * *', every_seconds: undefined }));
    expect(terms).toMatchObject({ cron: '0 */4 * * *', every_seconds: null, config: config.path });
    expect(termsText({ ...terms, time_zone: 'Europe/Berlin' })).toBe('0 */4 * * * (Europe/Berlin)');
  });

  it('are seconds where the config names some, which go before the cron expression', () => {
    const terms = termsOf(withSchedule({ every_seconds: 10 }));
    expect(terms).toMatchObject({ cron: null, every_seconds: 10 });
    expect(termsText(terms)).toBe('every 10 s');
  });

  it('are read from the memo of the runs to come; a schedule of somebody else has none', () => {
    const terms = termsOf(config);
    expect(termsInForce(described({}, { terms }))).toEqual(terms);
    expect(termsInForce(described({}))).toBeUndefined();
  });
});

it('a pause has the note of who made it', () => {
  expect(pauseNote(described({ note: 'paused by Ada: a test' }))).toBe('paused by Ada: a test');
  expect(pauseNote(described({}))).toBe('no reason given');
});
