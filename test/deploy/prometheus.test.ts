// Alerts, scrape configuration and dashboard by themselves. A real Prometheus that uses them: test/deploy/services.test.ts.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expositionText, historyMetrics } from '../../src/domain/metrics.js';
import { dataPaths } from '../../src/host/layout/paths.js';
import { installRoot } from '../../src/host/os/tools.js';
import { dashboard, panelQueries } from '../../testing/grafana.js';
import { temporaryFolder } from '../../testing/processes.js';
import { skippedWithout } from '../../testing/programs.js';
import { PROMETHEUS_FOLDER } from '../../testing/prometheus.js';
import { storeHistory } from '../../testing/reports/stored-history.js';
import type { HistoryIndex } from '../../src/domain/history.js';

function promtool(args: readonly string[], input?: string): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { cwd: installRoot, encoding: 'utf8', input });
  return { status, output: error?.message ?? stdout + stderr };
}

/** Every name of ours that a history with everything in it gives. */
function metricsOf(): { readonly names: readonly string[]; readonly text: string } {
  const dataRoot = temporaryFolder();
  storeHistory(dataRoot);
  const index = JSON.parse(readFileSync(dataPaths(dataRoot).historyJson, 'utf8')) as HistoryIndex;
  const gauges = historyMetrics(index, Date.now());
  return {
    names: gauges.filter(({ samples }) => samples.length > 0).map(({ name }) => name),
    text: expositionText(gauges),
  };
}

describe.skipIf(skippedWithout('promtool', 'prometheus'))('promtool', () => {
  it('accepts the scrape configuration and the alerts that it names', () => {
    const { status, output } = promtool(['check', 'config', join(PROMETHEUS_FOLDER, 'prometheus.yml')]);
    expect(output).toContain('4 rules found');
    expect(status).toBe(0);
  });

  it('finds that each alert fires when it should, and ends, over hours', () => {
    expect(promtool(['test', 'rules', 'test/deploy/alerts.promtool.yml'])).toMatchObject({ status: 0 });
  });

  it('finds nothing wrong with the names, help and text of the metrics', () => {
    const { names, text } = metricsOf();
    expect(names).toHaveLength(16);
    expect(promtool(['check', 'metrics'], text)).toEqual({ status: 0, output: '' });
  });
});

const namesIn = (text: string): string[] => [...new Set(text.match(/robustmq_chaos_\w+/g))];

it.each([
  ['alerts', () => readFileSync(join(PROMETHEUS_FOLDER, 'alerts.yml'), 'utf8')],
  ['dashboard', () => panelQueries('.*').join('\n')],
])('the %s ask for no metric that there is not', (_what, textOf) => {
  const { names } = metricsOf();
  expect(namesIn(textOf()).filter((name) => !names.includes(name))).toEqual([]);
});

it('docs/reading-a-report.md names every metric, and none that there is not', () => {
  const page = readFileSync(join(installRoot, 'docs', 'reading-a-report.md'), 'utf8');
  expect(namesIn(page).sort()).toEqual([...metricsOf().names].sort());
});

describe('the dashboard', () => {
  const { panels, templating } = dashboard();

  it('has each panel once, with a query, and in a place of its own', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
    for (const { type, title, targets } of panels) {
      expect([title, (targets ?? []).length > 0]).toEqual([title, type !== 'row']);
      expect(new Set(targets?.map(({ refId }) => refId)).size).toBe(targets?.length ?? 0);
    }
  });

  it('asks the Prometheus that the reader chooses, and nothing that is not among its variables', () => {
    expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'cluster']);
    const sources = panels.flatMap(({ datasource, targets = [] }) => [datasource, ...targets.map((t) => t.datasource)]);
    expect(new Set(sources.filter((source) => source !== undefined).map(({ uid }) => uid))).toEqual(
      new Set(['${datasource}']),
    );
    expect(panelQueries('.*').filter((query) => query.includes('$'))).toEqual([]);
  });
});
