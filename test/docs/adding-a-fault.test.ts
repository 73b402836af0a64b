import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type * as Load from '../../src/config/load.js';
import type * as FaultsPage from '../../src/docs/faults-page.js';
import type { Scenario } from '../../src/domain/scenario.js';
import type * as Faults from '../../src/host/faults/index.js';
import type * as Injectors from '../../src/host/injectors/index.js';
import type * as Control from '../../src/host/keeper/control.js';
import type * as Inject from '../../src/host/lifecycle/inject.js';
import type * as Observe from '../../src/host/lifecycle/observe.js';
import type * as Plan from '../../src/host/lifecycle/plan.js';
import type * as Recover from '../../src/host/lifecycle/recover.js';
import { driver, healthy, startCluster, unproved, type TestCluster } from '../../testing/host-cluster.js';
import { codeBlocks, membersInTable, membersOf, pageOf } from '../../testing/page.js';
import { temporaryFolder } from '../../testing/processes.js';
import { copySource } from '../../testing/source-copy.js';

const page = pageOf('adding-a-fault.md');
const [example = '', line = ''] = codeBlocks(page, 'ts');
const [config = ''] = codeBlocks(page, 'yaml');
const kind = /'\.\/(.*)\.js'/.exec(line)?.[1] ?? '';

const copy = copySource(temporaryFolder());
let complaints: string;
let cluster: TestCluster;

beforeAll(async () => {
  copy.add(`src/host/faults/${kind}.ts`, example);
  copy.append('src/host/faults/catalogue.ts', line);
  // The keeper, a process of its own, knows the fault from its own list: it is compiled, too.
  const steps = ['plan', 'inject', 'observe', 'recover'].map((step) => `host/lifecycle/${step}.ts`);
  const modules = [
    'host/keeper/keeper-main.ts',
    'host/keeper/control.ts',
    'docs/faults-page.ts',
    'config/load.ts',
    ...steps,
  ];
  [complaints, cluster] = await Promise.all([copy.compile(modules), startCluster(3)]);
}, 180_000);

/** The catalogue of the copy. */
const catalogue = async () => (await copy.load<typeof Faults>('host/faults/index.js')).faults;

/** The scenario of the page, as the loader of the copy reads it. */
async function scenario(): Promise<Scenario> {
  const { loadConfig } = await copy.load<typeof Load>('config/load.js');
  const file = join(copy.root, 'mine.yml');
  writeFileSync(file, config);
  return loadConfig(file, { drivers: [{ name: 'nats', mqttVersion: '3.1.1' }], faults: await catalogue() })
    .scenarios[0]!;
}

describe('the page about adding a fault', () => {
  it('has every member of the contract in its table, and no other', () => {
    expect(membersInTable(page)).toEqual(membersOf('host/faults/contract.ts', 'Fault'));
  });

  it('has an example that is one file and one line, and the compiler takes it', () => {
    expect(line.trim().split('\n')).toHaveLength(1);
    expect(complaints).toBe('');
  });
});

describe('a fault that was added by the page alone', () => {
  it('is in the catalogue, and may be named by a config, with its parameters checked', async () => {
    expect((await catalogue()).map((fault) => fault.kind)).toContain(kind);
    expect(await scenario()).toMatchObject({ fault: kind, params: { victim: 'follower' } });
  });

  it('has its section on the page of all faults', async () => {
    const { faultsPage } = await copy.load<typeof FaultsPage>('docs/faults-page.js');
    const { injectors } = await copy.load<typeof Injectors>('host/injectors/index.js');
    const faults = await catalogue();
    const text = faultsPage(faults, injectors);
    expect(text).toContain(`\n## ${kind}\n\n${faults.find((fault) => fault.kind === kind)!.about.does}\n`);
  });

  it('is planned with its blame, injected under a keeper that knows it, seen, held, and recovered with proof, twice', async () => {
    const { planFault } = await copy.load<typeof Plan>('host/lifecycle/plan.js');
    const { injectFault } = await copy.load<typeof Inject>('host/lifecycle/inject.js');
    const { observeFault, holdFault } = await copy.load<typeof Observe>('host/lifecycle/observe.js');
    const { recoverTicket } = await copy.load<typeof Recover>('host/lifecycle/recover.js');
    const { confirmKeeper } = await copy.load<typeof Control>('host/keeper/control.js');
    const faults = await catalogue();
    for (const _time of ['once', 'again']) {
      const ticket = await planFault(faults, cluster.plan, { scenario: await scenario() }, driver);
      expect(ticket).toMatchObject({ kind, state: 'planned', recoveryBlame: 'broker' });
      const handle = { faults, clusterDir: cluster.dir, faultId: ticket.faultId, driver };
      await injectFault(handle, confirmKeeper);
      const { observed, bite } = await observeFault(handle, 20_000);
      expect(unproved(bite)).toEqual([]);
      expect(observed).toBe(true);
      expect(await driver.status(cluster.dir)).toBe('degraded');
      expect(await holdFault(handle, 1)).toBe(false);
      const closed = await recoverTicket(handle, 'workflow', 30_000);
      expect(closed).toMatchObject({ state: 'recovered', recoveryBlame: 'broker', died: [] });
      expect(unproved(closed.healed)).toEqual([]);
      expect(await recoverTicket(handle, 'keeper', 1000)).toEqual(closed);
      await healthy(cluster);
    }
  }, 120_000);
});
