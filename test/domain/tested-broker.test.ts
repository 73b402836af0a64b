import { expect, it, test } from 'vitest';
import { brokerOf, brokerStep } from '../../src/domain/tested-broker.js';

test.each([
  [{ node: '20', 'nats-server': 'v2.15.1', 'nats-server sha256': 'ab' }, ['v2.15.1', null, 'ab']],
  [{ 'broker-server sha256': 'cd', linux: '6' }, [null, null, 'cd']],
  [{ b: '1.2', 'b commit': 'c0ffee', 'b sha256': 'ef' }, ['1.2', 'c0ffee', 'ef']],
  [{ node: '20' }, [null, null, null]],
])('the broker of %j is the program that has a hash', (versions, [version, commit, sha256]) => {
  expect(brokerOf(versions as Record<string, string>)).toEqual({ version, commit, sha256 });
});

const of = (version: string | null, commit: string | null, sha256: string | null) => ({ version, commit, sha256 });
const [HASH, OTHER] = ['60bef741298d4f5f', '48d659bc2fad1111'];

it('builds are told apart by the first name that differs', () => {
  expect(brokerStep(of('1.2', null, HASH), of('1.3', null, OTHER))).toEqual({ from: '1.2', to: '1.3', same: false });
  expect(brokerStep(of(null, null, HASH), of(null, null, OTHER))).toMatchObject({ from: HASH.slice(0, 12) });
  expect(brokerStep(of('1.2', null, HASH), of('1.2', null, OTHER))).toEqual({
    from: '1.2 (60bef741298d)',
    to: '1.2 (48d659bc2fad)',
    same: false,
  });
});

it('one build is one, and of an unknown one nothing is said', () => {
  expect(brokerStep(of('1.2', 'c0ffee', HASH), of('1.2', 'c0ffee', HASH))).toMatchObject({ from: '1.2', same: true });
  expect(brokerStep(null, of('1.2', null, HASH))).toBeNull();
  expect(brokerStep(of(null, null, null), of('1.2', null, HASH))).toBeNull();
});
