import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { sdks as built } from '../../scripts/setup/sdks.mjs';
import { DEFAULT_SDKS, SDK_NAMES } from '../../src/config/sdks.js';
import { configSchema } from '../../src/config/schema.js';
import type { ClientResult } from '../../src/domain/client-result.js';
import { parseResultLine } from '../../src/host/clients/result-line.js';
import { drivers } from '../../src/host/drivers/index.js';
import { faults } from '../../src/host/faults/index.js';
import { installRoot } from '../../src/host/os/tools.js';
import { codeBlocks, pageOf } from '../../testing/page.js';
import { temporaryFolder } from '../../testing/processes.js';
import { scriptOf, startClient, type ClientRun } from '../../testing/sdk-client.js';
import type { Behaviour } from '../../testing/truth/behaviour.js';
import { withTruthBroker } from '../../testing/truth/broker.js';

const page = pageOf('adding-a-client.md');
const folder = temporaryFolder();
const root = join(folder, 'clients');

mkdirSync(join(root, 'mine'), { recursive: true });
writeFileSync(scriptOf('mine', root), codeBlocks(page, 'sh')[0] ?? '', { mode: 0o755 });
writeFileSync(join(root, 'mine', 'client.py'), codeBlocks(page, 'python')[0] ?? '');

/** The environment in which paho-mqtt is: that of the client that comes with the program. */
const PATH = [join(installRoot, 'sdk_clients/python/.venv/bin'), process.env['PATH'] ?? ''].join(delimiter);

/** The client of the page, with 20 messages, against a broker that knows what it did. */
function runMine(behaviour: Behaviour): Promise<ClientRun> {
  const load = { MESSAGE_COUNT: '20', MESSAGE_RATE: '100', DRAIN_MAX_MS: '1000' };
  return withTruthBroker(
    behaviour,
    ({ endpoint }) => startClient(scriptOf('mine', root), folder, { PATH, CLUSTER_ENDPOINT: endpoint, ...load }).ended,
  );
}

/** What the program reads in a client's last line; fails with its problem. */
function read(line: string): ClientResult {
  const parsed = parseResultLine(line, false);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.result;
}

describe('the client of the page', () => {
  it('has sent and received every message where every message arrives', async () => {
    const run = await runMine({});
    expect(run.status, run.stderr).toBe(0);
    expect(read(run.lines.at(-1)!)).toMatchObject({ sent: 20, received: 20, lost: 0, errors: [] });
  });

  it('has lost the message that was acknowledged and never delivered, and no other', async () => {
    const run = await runMine({
      treat: ({ seq }) => ({ 3: { copies: 0 }, 7: { copies: 2 }, 11: { copies: 0, puback: false } })[seq],
    });
    expect(run.status, run.stderr).toBe(1);
    expect(read(run.lines.at(-1)!)).toMatchObject({ sent: 20, received: 18, lost: 1 });
  });

  it('is found by the config of the page', () => {
    const file = join(folder, 'mine.yml');
    writeFileSync(file, codeBlocks(page, 'yaml')[0] ?? '');
    expect(loadConfig(file, { drivers, faults })).toMatchObject({ sdks: ['mine'], sdkFolder: root });
  });

  it('prints at least what the page says is enough', () => {
    const [line = ''] = /\{"sent".*?\}/.exec(page) ?? [];
    expect(read(line)).toMatchObject({ sent: 10, received: 10, lost: 0 });
  });
});

it('every client that set-up builds can be named by a config, and the lists of those of every round agree', () => {
  expect(built.map(({ name }) => name)).toEqual(SDK_NAMES);
  const { sdks } = parse(readFileSync(join(installRoot, 'config/default.yml'), 'utf8')) as { sdks: unknown };
  const { data } = configSchema.shape.sdks.safeParse(undefined);
  expect([sdks, data]).toEqual([DEFAULT_SDKS, DEFAULT_SDKS]);
});
