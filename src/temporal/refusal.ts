/** A query that names an attribute which there is not, among others. */
export const INVALID_ARGUMENT = 3;

/** Of gRPC's codes: those by which a server, or what stands in front of it, says that something is not for this caller, now or ever. */
const REFUSALS: Readonly<Record<number, string>> = {
  7: 'PERMISSION_DENIED',
  12: 'UNIMPLEMENTED',
  16: 'UNAUTHENTICATED',
};

interface GrpcError {
  readonly code: number;
  readonly details?: unknown;
  readonly message: string;
}

/** What gRPC said: an error of Temporal's may be packed in another. */
function grpcErrorIn(error: unknown): GrpcError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if ('code' in cause && typeof cause.code === 'number') return cause as unknown as GrpcError;
  return undefined;
}

export const codeOf = (error: unknown): number | undefined => grpcErrorIn(error)?.code;

/** How a server refused, as a person is told; undefined if an error is anything else, e.g. a server that does not answer. */
export function refusalIn(error: unknown): string | undefined {
  const grpc = grpcErrorIn(error);
  const name = grpc && REFUSALS[grpc.code];
  if (name === undefined) return undefined;
  const { details, message } = grpc as GrpcError;
  return `${name}: ${typeof details === 'string' && details !== '' ? details : message}`.slice(0, 300);
}
