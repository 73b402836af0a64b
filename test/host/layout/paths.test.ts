import { expect, test } from 'vitest';
import {
  clusterDir,
  clusterPaths,
  dataPaths,
  dataRootOf,
  noticeDir,
  runDir,
  runPaths,
  temporalPaths,
} from '../../../src/host/layout/paths.js';
import { phasePaths } from '../../../src/host/layout/phase-paths.js';
import { ledgerFiles, publishedFiles } from '../../../src/report/files.js';

const run = runDir('/data', 'run-1');
const relative = (path: string): string => path.slice(`${run}/`.length);

test('a run and a cluster each have a folder in the data folder, and the way back', () => {
  expect(run).toBe('/data/runs/run-1');
  expect(clusterDir('/data', 'local')).toBe('/data/clusters/local');
  expect(noticeDir('/data', 'local', '2026-11-28T12:00:00+08:00')).toBe(
    '/data/notices/local-2026-11-28T12-00-00-08-00',
  );
  expect([run, clusterDir('/data', 'local')].map(dataRootOf)).toEqual(['/data', '/data']);
});

test('what a report calls published is where the run keeps it', () => {
  const paths = runPaths(run);
  const ledgers = [paths.phase(null, 'control'), paths.phase('kill', 'fault'), paths.phase('kill', 'validation')].map(
    (phase) => relative(phasePaths(phase).client('go').packedLedger),
  );
  expect(ledgerFiles(ledgers)).toEqual(ledgers);
  const reports = [paths.reportJson, paths.reportMarkdown].map(relative);
  expect(publishedFiles(reports)).toEqual(reports);
  const own = [paths.mark, paths.plan, paths.brokers, paths.versions, paths.publication, paths.scenario('kill')];
  expect(publishedFiles(own.map(relative))).toEqual([]);
});

/** Folders of earlier versions are read by later ones, and people look into them: a name changes on purpose alone. */
test('every file has the name that it had in earlier versions', () => {
  const { root: _root, ...data } = dataPaths('');
  const { scenario, phase, ticket, snapshot, notification, brokerLogs, ...ofRun } = runPaths('');
  const { ticket: clusterTicket, ticketLock, ...ofCluster } = clusterPaths('');
  expect(Object.values(data).join(' ')).toBe(
    'runs series clusters index.json index.html breakers.json notices publish.lock publishing rehearsal',
  );
  expect(Object.values(ofRun).join(' ')).toBe(
    'run.json plan.json versions.json brokers.json report.json report.md publication.json pruned.json cluster',
  );
  expect([scenario('s'), phase('s', 'fault'), phase(null, 'control'), ticket('f'), brokerLogs(5)]).toEqual([
    'scenarios/s/scenario.json',
    'scenarios/s/fault',
    'control',
    'faults/f.json',
    'cluster/5',
  ]);
  expect({ ...snapshot('l'), ...notification('failed') }).toEqual({
    metrics: 'snapshots/l.json',
    log: 'snapshots/l.log',
    message: 'notifications/failed.json',
    sent: 'notifications/failed.sent.json',
  });
  expect(Object.values(ofCluster).join(' ')).toBe(
    'cluster.json operation.lock log-marks.json lease.json lease.lock claims.json clients.lock dirty.json keeper.json keeper.lock keeper.log keeper-aware.json faults faults.lock holder.log disks',
  );
  expect([clusterTicket('f'), ticketLock('f')]).toEqual(['faults/f.json', 'faults/f.json.lock']);
  expect(Object.values(temporalPaths('')).join(' ')).toBe(
    'temporal temporal/server.json temporal/temporal.db temporal/server.log temporal/supervisor.json temporal/supervisor.json.lock temporal/supervisor.log temporal/worker.log temporal/users temporal/follow.lock',
  );
});
