import { describe, expect, it } from 'vitest';
import { chartsOf } from '../../../src/report/charts.js';
import { anchorOf, scenarioSection } from '../../../src/report/page/scenario-section.js';
import type { RunSources } from '../../../src/report/sources.js';
import { syntheticRun } from '../../../testing/reports/synthetic.js';
import { result, runData, snapshot } from '../../../testing/reports/values.js';
import { outcome, scenario } from '../../../testing/values.js';

const kill = scenario('kill');

function sectionOf(
  change: Parameters<typeof result>[1] = {},
  more: object = {},
  logs: RunSources['logs'] = {},
): string {
  const of = { ...result(kill, change), ...more };
  return scenarioSection({ data: runData({ scenarios: [of] }), ledgers: [], logs }, of, undefined).html;
}

/** How often a text is there. */
const times = (text: string, part: string): number => text.split(part).length - 1;

describe('the section of a scenario', () => {
  it('can be linked to, and names status, victim and proofs', () => {
    const html = sectionOf();
    expect(html).toContain(`id="${anchorOf('kill')}"`);
    expect(html).toContain('kill: passed');
    expect(html).toContain('process 41 of n2');
    expect(html).toContain('data-cell="kill/validation/go/p99"');
    expect(html).toContain('data-cell="kill/fault/go/planned"');
  });

  it('has failed checks, missing snapshots and notes where there are any, and no empty headings else', () => {
    const quiet = sectionOf({ snapshots: [] });
    expect(times(quiet, '<h3>')).toBe(0);
    const lost = sectionOf({ validation: [outcome({ sdk: 'go', result: { lost: 2 } })] });
    expect(times(lost, '<table')).toBe(times(sectionOf({ validation: [outcome({ sdk: 'go' })] }), '<table') + 1);
    const warned = sectionOf({ snapshots: [snapshot({ label: 'kill-2-healed', warnings: ['n2 gave <nothing>'] })] });
    expect(warned).toContain('kill-2-healed: n2 gave &lt;nothing&gt;');
    expect(sectionOf({}, { notes: ['a <note>'] })).toContain('a &lt;note&gt;');
  });

  it('shows what the brokers said, opened where it must never have been said', () => {
    const line = { node: 'n1', count: 3, text: '<b>slow</b>' } as const;
    const logged = (loudness: 'warning' | 'panic' | 'benign' | 'never'): string =>
      sectionOf({ snapshots: [] }, {}, { kill: [{ ...line, loudness }] });
    expect(logged('warning')).toContain('&lt;b&gt;slow&lt;/b&gt;');
    expect(logged('warning')).not.toContain('<details open>');
    expect(logged('panic')).toContain('<details open>');
    expect(logged('never')).toContain('<details open>');
    expect(logged('benign')).toMatch(/<summary>[^<]*\b0 [^<]*\b3 /);
    expect(sectionOf({}, {}, { other: [{ ...line, loudness: 'panic' }] })).not.toContain('slow');
  });

  it('has no validation where there was none, and no figures where no client left a ledger', () => {
    const html = sectionOf({ validation: [] });
    expect(html).not.toContain('data-cell="kill/validation');
    expect(html).not.toContain('<figure');
  });

  it('has two figures where there are ledgers', () => {
    const sources = syntheticRun({ messages: 20, sdks: ['go'], lostEvery: 0 });
    const [of] = sources.data.scenarios;
    const [charts] = chartsOf(sources);
    expect(times(scenarioSection(sources, of!, charts).html, '<figure>')).toBe(2);
  });
});
