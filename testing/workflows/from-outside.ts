import type { Client } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const encoded = (encoding: string, data: string | Uint8Array): Payload => ({
  metadata: { encoding: bytes(encoding) },
  data: typeof data === 'string' ? bytes(data) : data,
});
export const json = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);

const MIB = 1024 * 1024;

/** Payloads that no workflow of ours can use, and what has to be said of each. */
export const useless: readonly (readonly [name: string, payload: Payload, words: RegExp])[] = [
  ['json/protobuf', encoded('json/protobuf', '{"by":"a","reason":"b"}'), /could not be read, because .*json\/protobuf/],
  ['binary/protobuf', encoded('binary/protobuf', '\u0001'), /could not be read, because .*binary\/protobuf/],
  ['an encoding nobody knows', encoded('x'.repeat(5000), ''), /could not be read, because .*xxx"…/],
  ['broken JSON', encoded('json/plain', '{"by":"a",'), /could not be read, because it is no JSON/],
  ['no bytes', encoded('json/plain', ''), /could not be read, because it is no JSON/],
  ['no encoding', { data: bytes('{}') }, /could not be read, because it does not say/],
  ['binary/null', encoded('binary/null', ''), /expected .*got nothing/],
  ['bytes', encoded('binary/plain', new Uint8Array(MIB)), /expected .*got 1048576 bytes/],
  ['text of 1 MiB', json('x'.repeat(MIB)), /expected .*got "xxx/],
  ['an object of 1 MiB', json({ by: { x: 'x'.repeat(MIB) }, reason: 'b' }), /expected/],
  [
    'a list as deep as it gets',
    encoded('json/plain', `${'['.repeat(400_000)}${']'.repeat(400_000)}`),
    /expected .*got \[/,
  ],
  ['null', json(null), /expected .*got null/],
  ['a number', json(7), /expected .*got 7/],
];

/** `UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED`. */
const COMPLETED = 3;

export interface RawAccess {
  readonly signal: (workflowId: string, name: string, ...payloads: Payload[]) => Promise<unknown>;
  readonly query: (workflowId: string, name: string, ...payloads: Payload[]) => Promise<unknown>;
  /** Why the update was refused; undefined if it was not. */
  readonly update: (workflowId: string, name: string, ...payloads: Payload[]) => Promise<string | undefined>;
  readonly start: (workflowType: string, workflowId: string, memo: Payload, ...payloads: Payload[]) => Promise<unknown>;
}

/** What the command line and the Web UI do, with any bytes for a payload. */
export function rawAccess({ workflowService, options: { namespace } }: Client): RawAccess {
  const toWorkflow = (workflowId: string) => ({ namespace, workflowExecution: { workflowId } });
  let updates = 0;
  return {
    signal: (workflowId, signalName, ...payloads) =>
      workflowService.signalWorkflowExecution({ ...toWorkflow(workflowId), signalName, input: { payloads } }),
    query: (workflowId, queryType, ...payloads) =>
      workflowService.queryWorkflow({
        namespace,
        execution: { workflowId },
        query: { queryType, queryArgs: { payloads } },
      }),
    update: async (workflowId, name, ...payloads) => {
      const { outcome } = await workflowService.updateWorkflowExecution({
        ...toWorkflow(workflowId),
        request: { meta: { updateId: String(++updates) }, input: { name, args: { payloads } } },
        // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the SDK hands out the enum's type, not its values
        waitPolicy: { lifecycleStage: COMPLETED },
      });
      return outcome?.failure?.message ?? undefined;
    },
    start: (workflowType, workflowId, memo, ...payloads) =>
      workflowService.startWorkflowExecution({
        namespace,
        workflowId,
        workflowType: { name: workflowType },
        taskQueue: { name: 'chaos' },
        input: { payloads },
        memo: { fields: { note: memo } },
        requestId: workflowId,
      }),
  };
}
