import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import type { ClientOutcome } from '../src/domain/client-result.js';
import type * as Clients from '../src/host/clients/index.js';
import { pollUntil } from '../src/host/os/clock.js';
import { commandLine, findOwned } from '../src/host/os/processes.js';
import { built } from './built.js';
import { endOwnedBy, scratchFolder } from './scratch.js';

const clients = await built<typeof Clients>('host/clients/index.js');
export const { startClients, stopClients, killClients } = clients;

/** Waits for the clients of a phase; then what became of them. */
export async function collectClients(phaseDir: string, sdks: readonly string[]): Promise<ClientOutcome[]> {
  await clients.waitForClients(phaseDir, sdks);
  return clients.outcomesOf({ phaseDir, sdks });
}

const folder = scratchFolder('clients');
export const clusterDir = join(folder, 'cluster');
export const sdkRoot = join(folder, 'sdk_clients');

afterAll(async () => {
  try {
    // The watcher of a phase ends by itself, a moment after the last of its clients has.
    const left = (): string[] => findOwned((owner) => owner.startsWith(folder)).map(({ pid }) => commandLine(pid));
    await pollUntil(() => Promise.resolve(left().length === 0 || undefined), { limitMs: 5000, everyMs: 20 });
    expect(left(), 'processes left behind').toEqual([]);
  } finally {
    await endOwnedBy(folder);
    rmSync(folder, { recursive: true });
  }
});

const goodLine = '{"sent":3,"received":3,"lost":0,"p99_ms":1.5,"errors":[]}';
const noneLine = '{"sent":0,"received":0,"lost":0,"p99_ms":null,"errors":[]}';
const ready = '{"event":"ready","publisher":"h:1","subscriber":"h:2"}';
const endedBy = (code: number): string =>
  `{"ledger":1,"end_us":9}\\n{"event":"connected","role":"publisher","endpoint":"h:1","at_us":1,"session_present":false,"reason":"","reason_code":null}\\n{"event":"disconnected","role":"publisher","endpoint":"h:1","at_us":2,"session_present":null,"reason":"x","reason_code":${code}}\\n`;
const ledgerOfTwoCopies = `{"ledger":1,"t0_us":1000,"rate":10,"end_us":9}\\n${[1, 2, 3]
  .map((seq) => `{"unexpected":{"seq":${seq},"intended_us":${seq * 100_000 + 77_000}},"at_us":1}\\n`)
  .join('')}`;
const ledgerOfOne =
  '{"ledger":1,"end_us":9}\\n{"seq":0,"intended_us":1,"queued_us":1,"sent_us":1,"attempts":1,"ack_us":2,"recv_us":2,"dups":0}\\n';

/** Clients of other people: shell scripts, each with one habit. */
export const scripts = {
  good: `echo '${ready}'; echo '${goodLine}'`,
  failing: `echo '${goodLine}'; exit 1`,
  garbage: 'echo hello; echo "Segmentation fault"',
  silent: ':',
  incomplete: `echo '{"sent":3,"received":"3","errors":[]}'`,
  talkative: `echo '${goodLine}'; echo 'Goodbye!'`,
  flooding: `head -c 12000000 /dev/zero | tr '\\0' 'x' | fold -w 100; head -c 12000000 /dev/zero >&2; echo; echo '${goodLine}'`,
  endless: `head -c 12000000 /dev/zero | tr '\\0' 'x'`,
  crashing: 'kill -SEGV $$',
  hanging: 'sleep 1000 & setsid sleep 1000 & trap "" TERM; sleep 1000; sleep 1000',
  leaving: `sleep 1000 & setsid sleep 1000 & sleep 0.2; echo '${goodLine}'`,
  escaping: `env -i setsid sleep 5 & echo '${goodLine}'`,
  otherwise: `echo '{"sent":1,"received":1,"lost":0,"p99_ms":null,"errors":[],"workload":"wills"}'`,
  contradicting: `echo '{"sent":100,"received":40,"lost":0,"p99_ms":1,"errors":[]}'`,
  taken: `printf '${endedBy(0x8e)}' > "$LEDGER_PATH"; echo '${noneLine}'; exit 1`,
  copied: `printf '${ledgerOfTwoCopies}' > "$LEDGER_PATH"; echo '${noneLine}'; exit 1`,
  shed: `printf '${endedBy(0x89)}' > "$LEDGER_PATH"; echo '${noneLine}'; exit 1`,
  lying: `printf '${ledgerOfOne}' > "$LEDGER_PATH"; echo '${goodLine}'`,
  cut: `printf '{"ledger":1' > "$LEDGER_PATH"; echo '${goodLine}'`,
  telling: `echo "$CLUSTER_ENDPOINT $CLUSTER_ENDPOINTS $MQTT_USERNAME $MQTT_PASSWORD $CLIENT_ID $TOPIC" >&2; env | cut -d= -f1 | sort | tr '\\n' ' '; echo; echo '${goodLine}'`,
  patient: `trap 'echo "${goodLine.replaceAll('"', '\\"')}"; exit 0' TERM; echo '${ready}'; while :; do sleep 0.05; done`,
  draining: `trap 'n=$((n+1))' TERM; n=0; echo '${ready}'; while [ $n = 0 ]; do sleep 0.05; done; touch told; for i in 1 2 3 4 5 6; do sleep 0.05; done; echo '${goodLine}'; exit $((n-1))`,
  held: `echo '${ready}'; while [ ! -e "$START_FILE" ]; do sleep 0.02; done; echo '${goodLine}'`,
} as const;

/** They end only when they are told. */
export const WAITING = ['patient', 'draining', 'held'];

function write(name: string, script: string, mode = 0o755): void {
  const file = join(sdkRoot, name, 'probe.sh');
  mkdirSync(join(sdkRoot, name), { recursive: true });
  writeFileSync(file, `#!/bin/bash\n${script}\n`);
  chmodSync(file, mode);
}

for (const [name, script] of Object.entries(scripts)) write(name, script);
write('unexecutable', 'echo never', 0o644);
write('windows', '');
writeFileSync(join(sdkRoot, 'windows', 'probe.sh'), '#!/bin/bash\r\necho never\r\n');

/** A phase of these clients in a folder of this test file. */
export const request = (
  label: string,
  sdks: readonly string[],
  change: Partial<Clients.PhaseRequest> = {},
): Clients.PhaseRequest => ({
  phaseDir: join(folder, 'run', label),
  clusterDir,
  phase: 'control',
  label,
  runId: 'r1',
  sdks,
  sdkRoot,
  workload: 'probe',
  load: { messages: 3, ratePerSecond: 10, payloadBytes: 64 },
  limitMs: 20_000,
  settings: {
    endpoints: ['h:1', 'h:2', 'h:3'],
    username: 'u',
    password: 'top-secret',
    ackWaitMs: 1,
  },
  mqttVersion: '3.1.1',
  repeatable: true,
  ...change,
});
