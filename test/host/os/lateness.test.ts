import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchLateness } from '../../../src/host/os/lateness.js';

// The timers are the test's own; the clock beside them may run on while none of them is called.
let aheadMs = 0;
const nowUs = (): number => (Date.now() + aheadMs) * 1000;

beforeEach(() => {
  aheadMs = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('a process that is called in time is not late', () => {
  const { latePercent, end } = watchLateness(nowUs);
  expect(latePercent()).toBe(0);
  vi.advanceTimersByTime(1025);
  expect(latePercent()).toBe(0);
  end();
});

it('one that stood for most of the time was late for most of the time', () => {
  const { latePercent, end } = watchLateness(nowUs);
  vi.advanceTimersByTime(1000);
  aheadMs += 3000;
  // It has not been called yet …
  expect(latePercent()).toBe(74);
  vi.advanceTimersByTime(50);
  // … and then it has; what was lost stays lost.
  expect(latePercent()).toBe(74);
  vi.advanceTimersByTime(4000);
  expect(latePercent()).toBe(37);
  end();
});

it('is late by many small delays as well as by a long one', () => {
  const { latePercent, end } = watchLateness(nowUs);
  for (let i = 0; i < 40; i += 1) {
    aheadMs += 150;
    vi.advanceTimersByTime(50);
  }
  expect(latePercent()).toBe(75);
  end();
});

it('leaves no timer behind', () => {
  watchLateness(nowUs).end();
  expect(vi.getTimerCount()).toBe(0);
});
