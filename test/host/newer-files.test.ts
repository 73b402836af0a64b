import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { createPlanActivities } from '../../src/activities/plan.js';
import { createReportActivities } from '../../src/activities/report.js';
import { planOf } from '../../src/activities/support.js';
import { FORMATS, type StoredKind } from '../../src/domain/format.js';
import type { RunPlan } from '../../src/domain/plan.js';
import { REPORT_JSON, RESERVE } from '../../src/domain/run-files.js';
import * as clients from '../../src/host/clients/index.js';
import { readHistory } from '../../src/host/clients/history-file.js';
import { readLedger } from '../../src/host/clients/ledger-file.js';
import { noteBreaker, refreshHistory } from '../../src/host/data/history.js';
import { storedGuarantees } from '../../src/host/data/judged-guarantees.js';
import { pruneRuns } from '../../src/host/data/retention.js';
import { lossesOf } from '../../src/host/data/run-evidence.js';
import { storedReport, storedRuns } from '../../src/host/data/stored-runs.js';
import { newLogLines } from '../../src/host/drivers/log-marks.js';
import { natsDriver } from '../../src/host/drivers/nats/index.js';
import { writeSnapshot } from '../../src/host/drivers/snapshot-files.js';
import { faults } from '../../src/host/faults/index.js';
import { ensureKeeper } from '../../src/host/keeper/control.js';
import { clusterDir, clusterPaths, dataPaths, runDir, runPaths, temporalPaths } from '../../src/host/layout/paths.js';
import { versionsPaths } from '../../src/host/layout/versions-paths.js';
import { updatePaths } from '../../src/host/layout/update-paths.js';
import { phasePaths } from '../../src/host/layout/phase-paths.js';
import { injectFault } from '../../src/host/lifecycle/inject.js';
import { recoverTicket } from '../../src/host/lifecycle/recover.js';
import { deliver } from '../../src/host/notify/index.js';
import { folderNotifier } from '../../src/host/notify/folder.js';
import { freeReserve, makeReserve } from '../../src/host/os/disk.js';
import { ownIdentity } from '../../src/host/os/processes.js';
import { removeStored, writeStored } from '../../src/host/os/stored.js';
import { publishOwed } from '../../src/host/publish/index.js';
import { owedRuns, writeRecord } from '../../src/host/publish/records.js';
import { ensureServer } from '../../src/host/temporal/server.js';
import { isServerUsed, liveUsers, readServer } from '../../src/host/temporal/state.js';
import { giveUpUpdate, updateBroker } from '../../src/host/update/index.js';
import { createAwareness, isAware } from '../../src/host/tickets/awareness.js';
import { claimCluster, endClaim, renewLease } from '../../src/host/tickets/claim.js';
import { clearDirty, markDirty } from '../../src/host/tickets/dirty-mark.js';
import { writeLease } from '../../src/host/tickets/lease.js';
import { listTickets, writeTicket } from '../../src/host/tickets/store.js';
import { historyMaker } from '../../src/report/history-files.js';
import { compareVersions } from '../../src/threads/compare-versions.js';
import { writeReportFiles } from '../../src/threads/report-files.js';
import { ONE_HOST, perform } from '../../testing/activities.js';
import { requestFor, settingsFor, storeRun } from '../../testing/reports/publishable-run.js';
import { plan as basePlan, result, runData } from '../../testing/reports/values.js';
import { errorOf } from '../../testing/host-cluster.js';
import { temporaryFolder } from '../../testing/processes.js';
import { seriesPlan } from '../../testing/series/plan.js';
import { ticketIn } from '../../testing/tickets.js';

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});

const RUN = 'run-1';
const dir = (): string => clusterDir(root, 'local');
const run = (): string => runDir(root, RUN);
const phase = (): string => runPaths(run()).phase(null, 'control');
const message = { kind: 'failed', id: 'r/failed' } as Parameters<typeof deliver>[1];
const lease = { cluster: 'local', driver: 'nats', runId: RUN, leaseMs: 60_000 };
const breaker = { cluster: 'local', failures_in_a_row: 0, open: false, since: null, note: null };
const kill = basePlan.scenarios[0]!;
const nothing = (): Promise<void> => Promise.resolve();

/** Everybody who wants to change a cluster, by its state folder. */
const actsOnCluster = (): (() => unknown)[] => [
  () => claimCluster(dir(), lease, nothing),
  () => renewLease(dir(), RUN),
  () => endClaim(dir(), () => true, nothing),
  () => ensureKeeper(dir()),
  () => recoverTicket({ faults, clusterDir: dir(), faultId: 'f1' }, 'keeper', 1000),
  () => injectFault({ faults, clusterDir: dir(), faultId: 'f1', driver: natsDriver }, nothing),
];

const prune = (): unknown =>
  pruneRuns({
    ...{
      dataRoot: root,
      maker: historyMaker,
      isPublishing: false,
      justEnded: null,
      open: [],
      leased: [],
      dryRun: false,
    },
    settings: { ledgersDays: 1, runsDays: 1, minFreeMb: 0 },
  });

const prunesNothing = (): void => {
  expect(prune()).toEqual({
    removed: [],
    notices: 0,
    spared: expect.arrayContaining([{ runId: RUN, reason: expect.stringMatching(/format 2/) }]),
  });
};

/** A run of long ago, that is not the latest. */
function oldRun(): void {
  storeRun(root, RUN, 0, { startedAt: '2020-01-01T00:00:00.000Z', finishedAt: '2020-01-01T00:00:00.000Z' });
  storeRun(root, 'run-2', 0, {});
}

const phaseRequest = (): clients.PhaseRequest => ({
  ...{
    phaseDir: phase(),
    clusterDir: dir(),
    phase: 'control',
    label: 'control',
    runId: RUN,
    sdks: ['go'],
    sdkRoot: root,
  },
  ...{ workload: 'basic-pubsub', load: basePlan.load, limitMs: 1000, repeatable: true },
  settings: { endpoints: [], username: '', password: '', ackWaitMs: 1 },
  mqttVersion: '5',
});

/** A process that was, and is no more. */
const GONE = { pid: 1, startTicks: 1 };
const updating = (): RunPlan => ({
  ...{ ...basePlan, runId: RUN, runDir: run(), binary: join(root, 'broker') },
  update: { command: ['true'], cwd: root, limitMs: 1000 },
});

const reportActivities = createReportActivities({});
const planActivities = createPlanActivities(() => ({ ...basePlan, runId: RUN, runDir: run() }), ONE_HOST);
const preparing = { request: {}, workflowId: RUN, temporalRunId: 't1' };

interface Row {
  readonly path: () => string;
  /** What is there besides. */
  readonly given?: () => void;
  /** Each has to be refused, in words. */
  readonly acts: () => (() => unknown)[];
  /** What is done without it. */
  readonly without?: () => Promise<void> | void;
}

const rows: { readonly [Kind in StoredKind]: Row } = {
  ticket: {
    path: () => clusterPaths(dir()).ticket('f1'),
    acts: () => [...actsOnCluster(), () => writeTicket(ticketIn(root))],
    without: () => expect(listTickets(dir())).toEqual([]),
  },
  lease: { path: () => clusterPaths(dir()).lease, acts: () => [...actsOnCluster(), () => writeLease(dir(), lease)] },
  claims: { path: () => clusterPaths(dir()).claims, acts: actsOnCluster },
  'cluster state': {
    path: () => clusterPaths(dir()).state,
    acts: () => [
      ...actsOnCluster(),
      () => natsDriver.stop(dir()),
      () => natsDriver.status(dir()),
      () => natsDriver.startNode(dir(), 'n1'),
    ],
  },
  'dirty mark': {
    path: () => clusterPaths(dir()).dirty,
    acts: () => [
      ...actsOnCluster(),
      () => clearDirty(dir()),
      () => markDirty(dir(), { faultId: 'f1', runId: RUN, at: '', why: '' }),
    ],
  },
  keeper: {
    path: () => clusterPaths(dir()).keeper,
    acts: () => [
      () => writeStored('keeper', clusterPaths(dir()).keeper, ownIdentity()),
      () => removeStored('keeper', clusterPaths(dir()).keeper),
    ],
  },
  'keeper awareness': {
    path: () => clusterPaths(dir()).keeperAware,
    acts: () => [() => createAwareness(dir())({ faultIds: [] }), () => isAware(dir(), ownIdentity(), 'f1')],
  },
  'log marks': { path: () => clusterPaths(dir()).logMarks, acts: () => [() => newLogLines(dir(), [])] },
  'run mark': {
    path: () => runPaths(run()).mark,
    given: oldRun,
    acts: () => [
      () => perform(planActivities.preparePlan, preparing),
      () => publishOwed(requestFor(root, RUN, settingsFor())),
    ],
    without: () => {
      expect(storedRuns(root).find(({ runId }) => runId === RUN)?.problem).toMatch(/format 2/);
      expect(owedRuns(root, [RUN])).toEqual([]);
    },
  },
  plan: {
    path: () => runPaths(run()).plan,
    acts: () => [
      () => planOf({ runId: RUN, runDir: run() }),
      () => perform(planActivities.preparePlan, preparing),
      () => perform(planActivities.restorePlan, { plan: { ...basePlan, runDir: run() } }),
    ],
  },
  versions: {
    path: () => runPaths(run()).versions,
    acts: () => [() => writeStored('versions', runPaths(run()).versions, {})],
  },
  'update begun': {
    path: () => updatePaths(run()).begun,
    acts: () => [() => updateBroker(updating(), new AbortController().signal), () => giveUpUpdate(updating())],
  },
  'update exit': {
    path: () => updatePaths(run()).exit,
    given: () => writeStored('update begun', updatePaths(run()).begun, { sha256Before: null, watcher: GONE }),
    acts: () => [() => updateBroker(updating(), new AbortController().signal)],
  },
  'broker update': {
    path: () => updatePaths(run()).outcome,
    acts: () => [() => updateBroker(updating(), new AbortController().signal)],
  },
  'broker list': {
    path: () => runPaths(run()).brokers,
    acts: () => [() => lossesOf(run(), { ledgers: [], problems: [] }, { control: [], scenarios: [] })],
  },
  scenario: {
    path: () => runPaths(run()).scenario(kill.name),
    acts: () => [
      () => perform(reportActivities.recordScenario, { run: { runId: RUN, runDir: run() }, result: result(kill) }),
    ],
  },
  report: {
    path: () => runPaths(run()).reportJson,
    given: oldRun,
    acts: () => [
      () => storedReport(root, RUN),
      () => writeReportFiles(run(), new Map([[REPORT_JSON, '{}']])),
      () => publishOwed(requestFor(root, RUN, settingsFor())),
    ],
    without: () => {
      expect(storedRuns(root).find(({ runId }) => runId === RUN)?.problem).toMatch(/format 2/);
      expect(owedRuns(root, [RUN])).toEqual([]);
      // No index has it, so it looks like a folder that was left over.
      prunesNothing();
      expect(refreshHistory(root, historyMaker, [RUN]).map(({ run_id }) => run_id)).toEqual(['run-2']);
    },
  },
  comparison: {
    path: () => versionsPaths(root, 'chaos-series-local').json,
    acts: () => [
      () => compareVersions({ plan: { ...seriesPlan, series: 'chaos-series-local', dataRoot: root }, runs: [] }),
    ],
  },
  publication: {
    path: () => runPaths(run()).publication,
    given: oldRun,
    acts: () => [
      () => writeRecord(root, RUN, { github_url: null, push_error: null, issue_error: null }),
      () => publishOwed(requestFor(root, RUN, settingsFor())),
    ],
    without: () => {
      expect(owedRuns(root, [RUN])).toEqual([]);
      prunesNothing();
    },
  },
  'pruned mark': {
    path: () => runPaths(run()).pruned,
    given: oldRun,
    acts: () => [],
    without: () => {
      prunesNothing();
      refreshHistory(root, historyMaker);
    },
  },
  snapshot: {
    path: () => runPaths(run()).snapshot('end').metrics,
    acts: () => [
      () =>
        writeSnapshot(
          { label: 'end', runDir: run(), neverLines: [] },
          { metrics: {}, lines: {}, warnings: [], figures: {} },
        ),
    ],
  },
  message: {
    path: () => runPaths(run()).notification('failed').message,
    acts: () => [async () => folderNotifier.send(message, { folder: run() })],
  },
  'message receipts': {
    path: () => runPaths(run()).notification('failed').sent,
    acts: () => [
      () =>
        deliver([{ name: 'any', send: () => Promise.reject(new Error('it was sent')) }], message, { folder: run() }),
    ],
  },
  phase: { path: () => phasePaths(phase()).spec, acts: () => [() => clients.startClients(phaseRequest())] },
  'phase runner': {
    path: () => phasePaths(phase()).runner,
    acts: () => [() => clients.startClients(phaseRequest()), () => clients.stopClients(phase())],
  },
  'clients stopped': { path: () => phasePaths(phase()).stopped, acts: () => [() => clients.stopClients(phase())] },
  'client ready': {
    path: () => phasePaths(phase()).client('go').ready,
    acts: () => [() => writeStored('client ready', phasePaths(phase()).client('go').ready, {})],
  },
  'client exit': {
    path: () => phasePaths(phase()).client('go').exit,
    acts: () => [() => clients.outcomesOf({ phaseDir: phase(), sdks: ['go'] })],
  },
  ledger: {
    path: () => phasePaths(phase()).client('go').packedLedger,
    acts: () => [() => readLedger(phase(), 'go'), () => readHistory(phase(), 'go')],
  },
  guarantees: {
    path: () => phasePaths(phase()).guarantees,
    acts: () => [() => storedGuarantees(run(), { scenario: null, phase: 'control' })],
  },
  history: {
    path: () => dataPaths(root).historyJson,
    given: oldRun,
    acts: () => [() => refreshHistory(root, historyMaker), () => prune()],
  },
  breakers: { path: () => dataPaths(root).breakers, acts: () => [() => noteBreaker(root, breaker)] },
  reserve: {
    path: () => join(root, RESERVE),
    acts: () => [() => makeReserve(root)],
    without: () => expect(freeReserve(dir())).toBe(false),
  },
  server: { path: () => temporalPaths(root).server, acts: () => [() => readServer(root)] },
  supervisor: { path: () => temporalPaths(root).supervisor, acts: () => [() => ensureServer(root, [])] },
  'server user': {
    path: () => join(temporalPaths(root).users, '1-worker.json'),
    acts: () => [],
    // Its process may need the server, whoever it is.
    without: () => expect([liveUsers(root), isServerUsed(root)]).toEqual([[], true]),
  },
};

/** A file as the program of the next format might write it: nothing else in it is what this one expects. */
function newerContent(kind: StoredKind): string | Buffer {
  const format = FORMATS[kind] + 1;
  if (kind === 'reserve') return `reserve of robustmq-chaos ${format}: to be emptied in another way\n`;
  if (kind === 'ledger') return gzipSync(`{"ledger":${format}}\n`);
  if (kind === 'report' || kind === 'history') return JSON.stringify({ schema: `robustmq-chaos-x/${format}` });
  return JSON.stringify(kind === 'breakers' || kind === 'broker list' ? [{ format }] : { format });
}

const LONG_AGO = new Date('2020-01-01T00:00:00Z');

describe.each(Object.entries(rows))('a %s of a newer program', (name, { path, given, acts, without }) => {
  it('is named and left alone by everybody who meets it', async () => {
    given?.();
    mkdirSync(dirname(path()), { recursive: true });
    writeFileSync(path(), newerContent(name as StoredKind));
    utimesSync(path(), LONG_AGO, LONG_AGO);
    const current = FORMATS[name as StoredKind];
    const before = { bytes: readFileSync(path()), at: statSync(path()).mtimeMs };
    for (const act of acts()) {
      const said = await errorOf(Promise.resolve().then(act));
      expect(said).toContain(`${path()}: expected a ${name} of format ${current} or older, got format ${current + 1}`);
      expect(said).toMatch(/which a newer program wrote; install that program, or a newer one/);
    }
    await without?.();
    expect({ bytes: readFileSync(path()), at: statSync(path()).mtimeMs }).toEqual(before);
  });
});

it('what is older than formats is read as it always was', () => {
  storeRun(root, RUN, 0, {});
  expect(storedReport(root, RUN).headline).toBe(runData().headline);
});
