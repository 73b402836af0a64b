import { expect, it } from 'vitest';
import { clientText, lossText } from '../../src/domain/client-result.js';
import { goodResult } from '../../testing/values.js';

it('says what was lost, and what was never acknowledged only where there is any', () => {
  expect(lossText({ ...goodResult, lost: 2 })).toBe('lost 2, p99 12.5 ms');
  expect(lossText({ ...goodResult, unconfirmed: 3 })).toBe('lost 0, unconfirmed 3, p99 12.5 ms');
  expect(lossText({ ...goodResult, unconfirmed: undefined })).toBe('lost 0, p99 12.5 ms');
});

it('has no p99 where nothing arrived, and writes one as it is told', () => {
  expect(lossText({ ...goodResult, p99_ms: null })).toBe('lost 0, no p99');
  expect(lossText(goodResult, (ms) => ms.toFixed(0))).toBe('lost 0, p99 13 ms');
});

it('puts a client into one line, by its result or by what is wrong with its line', () => {
  expect(clientText({ result: goodResult, lineProblem: null })).toBe('sent 1000, received 1000, lost 0, p99 12.5 ms');
  expect(clientText({ result: null, lineProblem: 'got "hi"' })).toBe('got "hi"');
  expect(clientText({ result: null, lineProblem: null })).toBe('no result');
});
