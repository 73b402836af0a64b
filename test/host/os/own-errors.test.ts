import { describe, expect, it } from 'vitest';
import { isOwnError, noAnswer } from '../../../src/host/os/own-errors.js';

const coded = (code: string): Error => Object.assign(new Error(code), { code });

describe('an error', () => {
  it.each([
    ['as it is', coded('EMFILE')],
    ['inside of that of fetch', new TypeError('fetch failed', { cause: coded('ENFILE') })],
    ['inside of that of two connections', new AggregateError([coded('ECONNREFUSED'), coded('EADDRNOTAVAIL')])],
    ['of a disk', coded('ENOSPC')],
  ])('of this host is told, %s', (_, error) => {
    expect(isOwnError(error)).toBe(true);
    expect(() => {
      noAnswer(error);
    }).toThrow(error);
  });

  it.each([coded('ECONNREFUSED'), coded('ECONNRESET'), new Error('no connack within 500 ms')])(
    'of who was asked is no answer: %s',
    async (error) => {
      expect(isOwnError(error)).toBe(false);
      expect(await Promise.reject<string>(error).catch(noAnswer)).toBeUndefined();
    },
  );

  it.each(['text', null, undefined])('that is none is not of this host: %s', (error) => {
    expect(isOwnError(error)).toBe(false);
  });
});
