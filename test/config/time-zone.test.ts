import { expect, it } from 'vitest';
import { timeZone } from '../../src/config/time-zone.js';

const problem = (zone: string): string | undefined => timeZone.safeParse(zone).error?.issues[0]?.message;

it('is every name of the IANA database', () => {
  const zones = [
    ...Intl.supportedValuesOf('timeZone'),
    'UTC',
    'GMT',
    'Asia/Kolkata',
    'Etc/GMT+5',
    'EST5EDT',
    'US/Eastern',
  ];
  expect(zones.filter((zone) => problem(zone) !== undefined)).toEqual([]);
});

it.each(['Mars/Base', 'utc', 'asia/kolkata', 'ASIA/KOLKATA', '+08:00', 'CST', 'Z', '', 'Asia/', '../Asia/Shanghai'])(
  '"%s" is none that Temporal takes',
  (zone) => {
    expect(problem(zone)).toContain(`got ${zone}`);
  },
);

it('in the wrong case is told with the right one', () => {
  expect(problem('asia/shanghai')).toMatch(/, got asia\/shanghai; did you mean Asia\/Shanghai\?$/);
});
