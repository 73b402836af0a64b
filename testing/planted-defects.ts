// The defects that `npm run bench:defects` plants, as edits of a copy.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Defect {
  readonly row: number;
  readonly name: string;
  /** What is edited: `sdk_clients/python`, which needs no build; `sdk_clients/go`, which is built again; or the built program. */
  readonly where: 'python' | 'go' | 'dist';
  readonly edits: readonly Edit[];
  /** Clients that the row compares; the broken one alone if left out. */
  readonly sdks?: string;
  /** How often the row does what it does; twice if left out. */
  readonly repeats?: number;
}

const countsArrivals: Edit = {
  file: 'journal.py',
  from: '        named = decode(self._identity, payload)\n',
  to:
    '        named = decode(self._identity, payload)\n        if named is not None:\n' +
    '            self._arrivals = min(getattr(self, "_arrivals", -1) + 1, len(self.ledger.messages) - 1)\n' +
    '            named = (self._arrivals, self.ledger.messages[self._arrivals].intended_us)\n',
};
const stampsAtSend: Edit = {
  file: 'result.py',
  from: 'latency = [(end_us if m.recv_us is None else m.recv_us) - m.intended_us for m in sent]',
  to: 'latency = [(end_us if m.recv_us is None else m.recv_us) - m.sent_us for m in sent]',
};
const forgetsOutbox: Edit = {
  file: 'outbox.py',
  from: '            self._waiting = deque(self._unacked)\n',
  to: '            self._waiting = deque()\n',
};
const believesPublish: Edit = {
  file: 'connection.py',
  from: '        if early is not None:\n            self._answered(seq, *early)\n',
  to: '        self._answered(seq, *(early or (now_us(), None)))\n',
};
const waitsForEach: Edit = { file: 'outbox.py', from: 'MAX_IN_FLIGHT = 10_000', to: 'MAX_IN_FLIGHT = 1' };

const clientDefects: readonly Omit<Defect, 'where'>[] = [
  { row: 1, name: 'counts arrivals instead of ids', edits: [countsArrivals] },
  { row: 1, name: 'forgets the outbox on a reconnect', edits: [forgetsOutbox] },
  {
    row: 1,
    name: 'drains for one second only',
    edits: [
      {
        file: 'steps.py',
        from: 'return max(2 * self._config.ack_wait_ms * 1000, MIN_QUIET_US)',
        to: 'return 1_000_000',
      },
    ],
  },
  { row: 1, name: 'takes a publish that returned for an acknowledgement', edits: [believesPublish] },
  { row: 2, name: 'stamps at the actual send', edits: [stampsAtSend] },
  {
    row: 2,
    name: 'enters a receipt when it has time for it',
    edits: [
      {
        file: 'connection.py',
        from: '        at_us = now_us()\n        if self._on_message:',
        to: '        at_us = now_us() + 40_000\n        if self._on_message:',
      },
    ],
  },
  {
    row: 3,
    name: 'says p99 and means p95',
    edits: [{ file: 'result.py', from: '"p99_ms": 99,', to: '"p99_ms": 95,' }],
  },
  {
    row: 4,
    name: 'waits for each acknowledgement, and stamps at the actual send',
    edits: [waitsForEach, stampsAtSend],
  },
  { row: 5, name: 'takes a publish that returned for an acknowledgement', edits: [believesPublish] },
  { row: 6, name: 'takes a publish that returned for an acknowledgement', edits: [believesPublish] },
  { row: 6, name: 'forgets the outbox on a reconnect', edits: [forgetsOutbox] },
  { row: 7, name: 'counts arrivals instead of ids', edits: [countsArrivals] },
  {
    row: 8,
    name: 'is slow at reading what came',
    edits: [
      {
        file: 'connection.py',
        from: '        at_us = now_us()\n        if self._on_message:',
        to: '        import time; time.sleep(0.012); at_us = now_us()\n        if self._on_message:',
      },
    ],
    sdks: 'python,go',
  },
  {
    row: 9,
    name: 'waits for the next message by asking all the time',
    edits: [
      {
        file: 'generator.py',
        from: 'if self._stop_requested.wait(remaining_us / 1e6):',
        to: 'if self._stop_requested.is_set():',
      },
    ],
  },
  {
    row: 10,
    name: 'generates behind a wait of 2 ms',
    edits: [
      {
        file: 'generator.py',
        from: 'if not self._sleep_until(intended_us) or not',
        to: 'if not self._sleep_until(intended_us) or self._stop_requested.wait(0.002) or not',
      },
    ],
  },
  {
    row: 15,
    name: 'leaves a tenth of what it received out of its ledger',
    edits: [
      {
        file: 'recorder.py',
        from: '            self._add(("receive", client, connection, at_us,',
        to: '            if seq % 10 != 7: self._add(("receive", client, connection, at_us,',
      },
    ],
    repeats: 1,
  },
  {
    row: 19,
    name: 'keeps the first receipt of each message alone',
    edits: [
      {
        file: 'recorder.py',
        from: '            self._add(("receive", client, connection, at_us,',
        to: '            if identity not in self.tally.received: self._add(("receive", client, connection, at_us,',
      },
    ],
  },
];

const goDefects: readonly Omit<Defect, 'where'>[] = [
  {
    row: 16,
    name: 'asks all the time whether there is something to hand over',
    edits: [
      {
        file: 'crowdclient.go',
        from: '\t\tcase <-c.lane.changed:\n\t\t\tc.lane.handOver()\n',
        to: '\t\tcase <-c.lane.changed:\n\t\t\tc.lane.handOver()\n\t\tdefault:\n',
      },
    ],
    sdks: 'go',
    repeats: 1,
  },
];

/** Of the program's two task queues the one for activities: the server hands out one task a second. */
const takesTasksSlowly: Edit = {
  file: 'worker.js',
  from: 'taskQueue: hostQueue(config.host.id) }',
  to: 'taskQueue: hostQueue(config.host.id), maxTaskQueueActivitiesPerSecond: 1 }',
};

/** No activity is under way meanwhile, and no timer: it is the orchestration's own time. */
const computesAtEveryStep: Edit = {
  file: 'workflow-bundle.js',
  from: '            state = { ...state, step, limitMs, detail, since: new Date().toISOString() };\n',
  to: '            state = { ...state, step, limitMs, detail, since: new Date().toISOString() };\n            for (let i = 0; i < 1e9; i += 1);\n',
};

/** A message that two members of a group got. */
const seesNoDoubles: Edit = {
  file: 'domain/guarantees/shared.js',
  from: 'const twice = message.isSentOnce ? servedTwice(firsts, deathOf) : null;',
  to: 'const twice = null;',
};

const programDefects: readonly Omit<Defect, 'where'>[] = [
  { row: 11, name: 'computes for a while in the workflow at every step', edits: [computesAtEveryStep] },
  { row: 12, name: 'takes one task a second', edits: [takesTasksSlowly] },
  { row: 19, name: 'never sees that two members of a group got one message', edits: [seesNoDoubles] },
];

export const defects: readonly Defect[] = [
  ...clientDefects.map((defect) => ({ ...defect, where: 'python' }) as const),
  ...goDefects.map((defect) => ({ ...defect, where: 'go' }) as const),
  ...programDefects.map((defect) => ({ ...defect, where: 'dist' }) as const),
];

/** Replaces each text, which must be there exactly once. */
export function edit(folder: string, { edits, name }: Defect): void {
  for (const { file, from, to } of edits) {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    if (text.split(from).length !== 2) throw new Error(`${name}: expected this once in ${path}: ${from}`);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  }
}
