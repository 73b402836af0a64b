import { isBasic, type ClientOutcome, type ClientResult } from './client-result.js';

/** What was sent was received, or lost, or never confirmed: together these are as many as were sent, or more where messages came twice. */
function missing({ sent, received, lost, unconfirmed }: ClientResult, exitedWith0: boolean): string | null {
  const said = `sent ${sent}, received ${received}, lost ${lost}`;
  if (exitedWith0 && received + lost < sent) {
    const rest = sent - received - lost;
    return `${said}: exit code 0 says that everything arrived, and of ${rest} messages nothing says so`;
  }
  if (unconfirmed === undefined || received + lost + unconfirmed >= sent) return null;
  const rest = sent - received - lost - unconfirmed;
  return `${said}, unconfirmed ${unconfirmed}: nothing says what became of ${rest} messages`;
}

/** Each of these counts messages that were sent, each message once. */
const PARTS_OF_SENT = ['acked', 'lost', 'recovered', 'unconfirmed'] as const;

function tooMany(result: ClientResult): string | null {
  const { sent, planned } = result;
  const part = PARTS_OF_SENT.find((key) => (result[key] ?? 0) > sent);
  if (part !== undefined) return `sent ${sent}, ${part} ${result[part]}: expected no more ${part} than sent`;
  return planned !== undefined && sent > planned
    ? `planned ${planned}, sent ${sent}: expected no more sent than planned`
    : null;
}

/** Which figures of a client's own result cannot be true together, in words; null where all can be. A figure that is not given is not taken for 0. */
export function contradictionIn({ end, result }: Pick<ClientOutcome, 'end' | 'result'>): string | null {
  if (result === null) return null;
  // Of another workload than the usual one not every message has to reach anybody.
  const gap = isBasic(result) ? missing(result, end.kind === 'exited' && end.code === 0) : null;
  const problem = gap ?? tooMany(result);
  return problem === null ? null : `the figures of the last line disagree: ${problem}`;
}
