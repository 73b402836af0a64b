import { expect, it } from 'vitest';
import { refusalByErrcode } from '../../../src/host/notify/errcode.js';

it.each([
  [200, '{"errcode":0}', null],
  [500, '{"errcode":0}', { hopeless: false }],
  [200, '{"errcode":1}', { hopeless: true, hint: 'never' }],
  [200, '{"errcode":2}', { hopeless: false }],
  [200, '{"errcode":"0"}', { hopeless: false }],
  [404, 'not found', { hopeless: true }],
  [503, '', { hopeless: false }],
])('status %i with %s', (status, answer, refusal) => {
  expect(refusalByErrcode(status, answer, { 1: 'never' })).toEqual(refusal);
});
