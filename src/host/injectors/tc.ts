/** One row of `tc -j qdisc show`. */
export interface Qdisc {
  readonly kind: string;
  readonly handle: string;
  readonly root: boolean;
}

/** Ours by this mark, and by nothing else: tc refuses to delete a root of another handle ("Invalid handle."). */
export const OUR_HANDLE = 'c405:';
const DELAY_HANDLE = 'c406:';
/** Band of the delayed packets; the map sends every other packet, whatever its type of service, to the first band. */
const DELAY_BAND = 4;
const PRIOMAP = Array.from({ length: 16 }, () => '0');
/** The default of 1000 packets drops above some ten thousand per second at 100 ms. */
const QUEUE_PACKETS = '100000';

export function parseQdiscs(text: string): Qdisc[] {
  const rows = JSON.parse(text.trim() === '' ? '[]' : text) as { kind?: string; handle?: string; root?: boolean }[];
  return rows.map(({ kind = '?', handle = '?', root = false }) => ({ kind, handle, root }));
}

export const rootOf = (qdiscs: readonly Qdisc[]): Qdisc | undefined => qdiscs.find((qdisc) => qdisc.root);

/** IPv4, TCP, one port as source or as destination. */
const filterCommand = (device: string, side: 'sport' | 'dport', port: number): string[] => [
  ...['filter', 'add', 'dev', device, 'parent', OUR_HANDLE, 'protocol', 'ip', 'prio', '1', 'u32'],
  ...['match', 'ip', 'protocol', '6', '0xff', 'match', 'ip', side, String(port), '0xffff'],
  ...['flowid', `${OUR_HANDLE}${DELAY_BAND}`],
];

/**
 * Argument lists of `tc` that delay what leaves by a device from or to the given TCP ports. `add`, never `replace`: on an interface whose root
 * is somebody's own the first one fails, and nothing was done.
 */
export function addDelayCommands(
  device: string,
  ports: readonly number[],
  delayMs: number,
  jitterMs: number,
): string[][] {
  const jitter = jitterMs > 0 ? [`${jitterMs}ms`] : [];
  return [
    [
      'qdisc',
      'add',
      'dev',
      device,
      'root',
      'handle',
      OUR_HANDLE,
      'prio',
      'bands',
      String(DELAY_BAND),
      'priomap',
      ...PRIOMAP,
    ],
    [
      ...['qdisc', 'add', 'dev', device, 'parent', `${OUR_HANDLE}${DELAY_BAND}`, 'handle', DELAY_HANDLE],
      ...['netem', 'delay', `${delayMs}ms`, ...jitter, 'limit', QUEUE_PACKETS],
    ],
    ...[...new Set(ports)].flatMap((port) => [
      filterCommand(device, 'sport', port),
      filterCommand(device, 'dport', port),
    ]),
  ];
}

export const deleteCommand = (device: string): string[] => [
  'qdisc',
  'del',
  'dev',
  device,
  'root',
  'handle',
  OUR_HANDLE,
];

/** What tc (of several ages) says when there is nothing of ours to delete. */
export const isGoneMessage = (stderr: string): boolean =>
  /invalid handle|handle of zero|no such file or directory|cannot find device|no such device/i.test(stderr);
