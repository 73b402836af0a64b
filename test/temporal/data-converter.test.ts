import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { dataConverter } from '../../src/temporal/data-converter.js';
import { shown } from '../../src/domain/shape.js';
import { bounded, timeout } from '../../testing/properties.js';
import { encoded, json } from '../../testing/workflows/from-outside.js';

async function read(payload: Payload): Promise<unknown> {
  const [codec] = dataConverter.payloadCodecs!;
  const [decoded] = await codec!.decode(await codec!.encode([payload]));
  return defaultPayloadConverter.fromPayload(decoded!);
}

it.each<[unknown]>([[{ a: [1] }], [null], [undefined], ['x'], [new Uint8Array([1, 2])]])(
  'leaves what can be read as it is (%#)',
  async (value) => expect(await read(json(value))).toEqual(value),
);

it.each<[Payload, string]>([
  [encoded('json/protobuf', '{}'), 'it is in the encoding "json/protobuf", and json/plain was expected'],
  [encoded('json/plain', new Uint8Array([0xff, 0x22])), 'it is no JSON: '],
  [{}, 'it does not say in which encoding it is'],
])('says why it cannot read %#', async (payload, why) => {
  expect(await read(payload)).toEqual({ could_not_be_read: expect.stringContaining(why) });
});

it(
  'whatever bytes in whatever encoding, there is a value, which can be shown',
  async () => {
    const encodings = fc.oneof(
      fc.constantFrom(
        'json/plain',
        'json/plain',
        'binary/plain',
        'binary/null',
        'json/protobuf',
        'binary/protobuf',
        '',
      ),
      fc.string(),
    );
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => new TextEncoder().encode(text)),
    );
    await fc.assert(
      fc.asyncProperty(encodings, bytes, fc.boolean(), async (encoding, data, bare) => {
        const value = await read(bare ? { data } : encoded(encoding, data));
        expect(shown(value).length).toBeLessThan(2500);
      }),
      bounded(300),
    );
  },
  timeout,
);
