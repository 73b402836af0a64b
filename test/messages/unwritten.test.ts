import { expect, it } from 'vitest';
import { unwritten } from '../../src/messages/unwritten.js';

it('a run without a report is INVALID, says why, and names no file', () => {
  const written = unwritten('run-7', '2026-11-22T12:00:00.000Z', 'the disk is full');
  expect(written).toMatchObject({ headline: 'INVALID', runPassed: false, jsonPath: null, markdownPath: null });
  expect(written.summary).toMatch(/^INVALID: .*run-7.*the disk is full$/);
});
