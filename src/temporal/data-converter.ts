import { defaultPayloadConverter, type DataConverter, type Payload, type PayloadCodec } from '@temporalio/common';
import { shown, type Unreadable } from '../domain/shape.js';

const ENCODING = 'encoding';
const ENCODING_READ = 'json/plain';

const bytesAsText = new TextDecoder();

/** Why this payload cannot be decoded; undefined if it can. */
function whyUnreadable(payload: Payload): string | undefined {
  try {
    defaultPayloadConverter.fromPayload(payload);
    return undefined;
  } catch (error) {
    const encoding = payload.metadata?.[ENCODING];
    if (encoding == null) return 'it does not say in which encoding it is';
    const name = bytesAsText.decode(encoding);
    if (name !== ENCODING_READ) return `it is in the encoding ${shown(name)}, and ${ENCODING_READ} was expected`;
    return `it is no JSON: ${error instanceof Error ? error.message.slice(0, 200) : ''}`;
  }
}

function readable(payload: Payload): Payload {
  const why = whyUnreadable(payload);
  if (why === undefined) return payload;
  return defaultPayloadConverter.toPayload({ could_not_be_read: why } satisfies Unreadable);
}

/**
 * Anybody can send any bytes to a workflow. Where such a payload cannot be decoded, the SDK fails the workflow's task, and tries it again for ever. Here
 * such a payload becomes a value that says why (`Unreadable`), before a workflow, an activity or a client sees it.
 */
const readableCodec: PayloadCodec = {
  encode: (payloads) => Promise.resolve(payloads),
  decode: (payloads) => Promise.resolve(payloads.map(readable)),
};

/** For every worker and every client. */
export const dataConverter: DataConverter = { payloadCodecs: [readableCodec] };
