import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as Load from '../../src/config/load.js';
import type * as Sdks from '../../src/config/sdks.js';
import type { GuaranteeName, Judgement } from '../../src/domain/guarantees/guarantee.js';
import type { History } from '../../src/domain/guarantees/history.js';
import { grouped } from '../../src/domain/guarantees/grouped.js';
import { guarantees } from '../../src/domain/guarantees/index.js';
import { readHistory } from '../../src/host/clients/history-file.js';
import { drivers } from '../../src/host/drivers/index.js';
import { faults } from '../../src/host/faults/index.js';
import { phasePaths } from '../../src/host/layout/phase-paths.js';
import { installRoot } from '../../src/host/os/tools.js';
import { calm } from '../../testing/guarantee-history.js';
import { startTestMosquitto } from '../../testing/mosquitto.js';
import type { TestCluster } from '../../testing/nats-cluster.js';
import { codeBlocks, membersInTable, pageOf } from '../../testing/page.js';
import { temporaryFolder } from '../../testing/processes.js';
import { skippedWithout } from '../../testing/programs.js';
import { startClient, type ClientRun } from '../../testing/sdk-client.js';
import { copySource } from '../../testing/source-copy.js';

const page = pageOf('adding-a-workload.md');
const [example = '', listed = ''] = codeBlocks(page, 'python');
const [name = ''] = /(?<=^ {4}name = ").*(?=")/m.exec(example) ?? [];

const CLIENT = 'sdk_clients/python';
const CONTRACT = 'sdk_clients/CONTRACT.md';
const copy = copySource(temporaryFolder());
const client = join(copy.root, CLIENT);
const read = (file: string): string => readFileSync(join(copy.root, file), 'utf8');
let complaints: string;

/** Puts a block of the page in place of the line that it makes longer by one name, which must be there. */
function lengthen(file: string, block: string): void {
  const longer = block.trimEnd().split('\n').at(-1) ?? '';
  const [before, after, ...others] = read(file).split(longer.replace(/, '?[\w-]+'?(?=[)\]])/, ''));
  expect([file, after === undefined, others]).toEqual([file, false, []]);
  writeFileSync(join(copy.root, file), `${before}${block.trimEnd()}${after}`);
}

beforeAll(async () => {
  const isOurs = (path: string): boolean => !/\/(?:\.venv|__pycache__)$/.test(path);
  cpSync(join(installRoot, CLIENT), client, { recursive: true, filter: isOurs });
  symlinkSync(join(installRoot, CLIENT, '.venv'), join(client, '.venv'));
  cpSync(join(installRoot, CONTRACT), join(copy.root, CONTRACT));
  copy.add(`${CLIENT}/workloads/${name}.py`, example);
  lengthen(`${CLIENT}/workloads/__init__.py`, listed);
  lengthen('src/config/sdks.ts', codeBlocks(page, 'ts')[0] ?? '');
  const [section = ''] = codeBlocks(page, 'md');
  writeFileSync(join(copy.root, CONTRACT), read(CONTRACT).replace('\n**The last line**', `\n${section}$&`));
  await execa('sh', ['-e'], { cwd: copy.root, input: codeBlocks(page, 'sh')[0] ?? '' });
  complaints = await copy.compile(['config/load.ts']);
});

describe('the page about adding a workload', () => {
  it('has every member of a workload in its table or as a help, and no other', () => {
    const members = [...read(`${CLIENT}/workload.py`).matchAll(/^ {4}(?:def ([a-z]\w*)\(self|([a-z]\w*) = )/gm)];
    const helps = ['session', 'offer'];
    for (const help of helps) expect(page).toContain(`\`${help}(`);
    expect([...membersInTable(page), ...helps].sort()).toEqual(
      members.map(([, method, value]) => method ?? value).sort(),
    );
  });

  it('adds a workload that a config may name, for the SDKs that have it', async () => {
    expect(complaints).toBe('');
    const { loadConfig } = await copy.load<typeof Load>('config/load.js');
    const file = join(copy.root, 'mine.yml');
    writeFileSync(file, codeBlocks(page, 'yaml')[0] ?? '');
    expect(loadConfig(file, { drivers, faults }).scenarios).toMatchObject([{ workload: name, sdks: ['python'] }]);
  });

  it('adds a workload that has its section in the contract, as every other one has', async () => {
    const { BASIC, WORKLOADS } = await copy.load<typeof Sdks>('config/sdks.js');
    const sections = [...read(CONTRACT).matchAll(/^\*\*`([\w-]+)`\*\*(?: \([^)]*\))?: /gm)].map(([, of]) => of);
    // In the order of the contract, which is not that of the SDKs that have them.
    expect([BASIC, ...sections].sort()).toEqual([...WORKLOADS].sort());
  });

  it('adds a workload that reads the environment as every other one does', async () => {
    await execa('.venv/bin/python', ['-m', 'unittest', '--quiet', 'test_workload_config'], { cwd: client });
  });
});

describe.skipIf(skippedWithout('mosquitto', 'mosquitto'))('a workload that was added by the page alone', () => {
  const folder = temporaryFolder();
  let broker: TestCluster;
  let run: ClientRun;
  let history: History;

  beforeAll(async () => {
    broker = await startTestMosquitto(folder);
    const { endpoints, username, password } = broker.settings;
    const { ledger, packedLedger } = phasePaths(folder).client('python');
    mkdirSync(dirname(ledger));
    run = await startClient(join(client, `${name}.sh`), folder, {
      ...{ CLUSTER_ENDPOINT: endpoints[0] ?? '', CLUSTER_ENDPOINTS: endpoints.join() },
      ...{ MQTT_USERNAME: username, MQTT_PASSWORD: password, MQTT_VERSION: '5' },
      ...{ QOS: '1,2', MESSAGE_COUNT: '120', MESSAGE_RATE: '200', LEDGER_PATH: ledger },
    }).ended;
    expect(run.status, run.lines.at(-1) ?? run.stderr).toBe(0);
    writeFileSync(packedLedger, gzipSync(readFileSync(ledger)));
    history = (await readHistory(folder, 'python'))!;
  });
  afterAll(() => broker.stop());

  const judged = (guarantee: GuaranteeName, seen: History): Judgement =>
    guarantees.find((one) => one.name === guarantee)!.judge(seen, calm);

  it('does on a real broker what it is for', () => {
    const line = JSON.parse(run.lines.at(-1) ?? '') as unknown;
    expect(line).toMatchObject({ workload: name, sent: 120, acked: 120, received: 120, lost: 0, reconnects: 0 });
    expect(grouped(history.receipts, ({ client: reader }) => reader).size).toBe(3);
    expect(history.receipts).toHaveLength(3 * 120);
  });

  it('leaves a ledger by which its guarantee held, and which violates no other', () => {
    expect(judged('reach', history)).toMatchObject({ state: 'held', checked: 3, undecided: 0 });
    expect(guarantees.filter(({ judge }) => judge(history, calm).state === 'violated').map((one) => one.name)).toEqual(
      [],
    );
  });

  it('leaves a ledger that would show what a broker did wrong', () => {
    const { receipts } = history;
    const lost = { ...history, receipts: receipts.slice(1) };
    expect(judged('reach', lost)).toMatchObject({ state: 'violated', violations: [{}] });
    const twice = receipts.find(({ qos }) => qos === 2)!;
    const doubled = { ...history, receipts: [...receipts, { ...twice, us: twice.us + 1 }] };
    expect(judged('exactly-once', doubled)).toMatchObject({ state: 'violated', violations: [{}] });
  });
});
