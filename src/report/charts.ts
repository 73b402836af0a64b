import type { RunData } from '../domain/report-data.js';
import { curveOf, percentileChart, type SdkCurves } from './charts/percentile-chart.js';
import { drawBoth, type DrawnChart } from './charts/render.js';
import { timelineChart } from './charts/timeline-chart.js';
import { ledgerOf, type RunSources } from './sources.js';
import { timelineOf, type Timeline } from './timeline.js';

/** The pictures of one scenario, and what they show; undefined where no client left a ledger. */
export interface ScenarioCharts {
  readonly scenario: string;
  readonly timeline: { readonly chart: DrawnChart; readonly timeline: Timeline } | undefined;
  readonly percentiles: DrawnChart | undefined;
  readonly curves: readonly SdkCurves[];
}

const sdksOf = ({ plan }: RunData): readonly string[] => plan.sdks;

export function chartsOf(sources: RunSources): ScenarioCharts[] {
  const { data } = sources;
  const { p99LimitMs } = data.plan.rules;
  const control = new Map(sdksOf(data).map((sdk) => [sdk, curveOf(ledgerOf(sources, null, 'control', sdk))]));
  return data.scenarios.map((result) => {
    const { name } = result.scenario;
    const ledgers = sdksOf(data).map((sdk) => ({
      sdk,
      fault: ledgerOf(sources, name, 'fault', sdk),
      validation: ledgerOf(sources, name, 'validation', sdk),
    }));
    const timeline = timelineOf(result, ledgers, p99LimitMs);
    const curves = ledgers.map(({ sdk, validation }) => ({
      sdk,
      control: control.get(sdk),
      validation: curveOf(validation),
    }));
    return {
      scenario: name,
      timeline: timeline && { chart: drawBoth(timelineChart(name, timeline)), timeline },
      percentiles: curves.some((c) => c.validation !== undefined)
        ? drawBoth(percentileChart(name, curves, p99LimitMs))
        : undefined,
      curves,
    };
  });
}
