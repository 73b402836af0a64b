import { expect, it } from 'vitest';
import { codeOf, refusalIn } from '../../src/temporal/refusal.js';

const grpc = (code: number, details = ''): Error => Object.assign(new Error(`${code} FAILED`), { code, details });
const packed = (cause: unknown): Error => new Error('Failed to connect to Temporal server', { cause });

it('the code of an error is found, also where it is packed in another', () => {
  expect(codeOf(grpc(5))).toBe(5);
  expect(codeOf(packed(packed(grpc(5))))).toBe(5);
  expect(codeOf(Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' }))).toBeUndefined();
  expect(codeOf('text')).toBeUndefined();
});

it.each([
  [7, 'PERMISSION_DENIED'],
  [12, 'UNIMPLEMENTED'],
  [16, 'UNAUTHENTICATED'],
])('code %i is a refusal, with what was said', (code, name) => {
  expect(refusalIn(packed(grpc(code, 'not for you')))).toBe(`${name}: not for you`);
  expect(refusalIn(grpc(code))).toBe(`${name}: ${code} FAILED`);
});

it.each([[grpc(14)], [grpc(4)], [grpc(5)], [new Error('no code')]])('%s is no refusal', (error) => {
  expect(refusalIn(error)).toBeUndefined();
});
