import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ScenarioProgress } from '../../src/messages/progress.js';
import { judgeSdk } from '../../src/domain/judge-sdk.js';
import { visible } from '../../src/domain/verbatim.js';
import { keepScenarioProgress } from '../../src/workflows/scenario-progress.js';
import { outcome, rules } from '../../testing/values.js';
import { NASTY, markupOf, readText, rendered } from '../../testing/gfm.js';
import { killSingle } from '../../testing/workflows/plans.js';

const shown = vi.hoisted(() => ({ query: (): unknown => undefined, details: '' }));
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  setHandler: (_: unknown, handler: () => unknown) => (shown.query = handler),
  setCurrentDetails: (text: string) => (shown.details = text),
}));
const now = (): ScenarioProgress => shown.query() as ScenarioProgress;
beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-11-22T00:00:00.000Z') }));

describe('the progress of a scenario', () => {
  it('begins with its first step', () => {
    keepScenarioProgress(killSingle);
    expect(now()).toMatchObject({ scenario: killSingle.name, step: 'baseline snapshot', limitMs: null, clients: [] });
  });

  it('says which step it is in, since when, and how long that may take; the Web UI shows the same', () => {
    const keeper = keepScenarioProgress(killSingle);
    vi.setSystemTime(new Date('2026-11-22T00:00:05.000Z'));
    keeper.enter('heal wait', 60_000, 'the cluster is left alone');
    expect(now()).toMatchObject({ step: 'heal wait', since: '2026-11-22T00:00:05.000Z', limitMs: 60_000 });
    for (const part of ['heal wait', '2026-11-22T00:00:05.000Z', 'the cluster is left alone']) {
      expect(shown.details).toContain(part);
    }
  });

  it.each(NASTY)('shows words of others in the Web UI as they were said: %j', (words) => {
    const of = (detail: string): string => {
      keepScenarioProgress(killSingle).enter('heal wait', 1, detail);
      return rendered(shown.details);
    };
    expect(markupOf(of(words))).toEqual(markupOf(of('x')));
    expect(readText(of(words))).toContain(visible(words));
  });

  it('keeps what the clients of each phase said; one without a verdict is a failure of the equipment', () => {
    const keeper = keepScenarioProgress(killSingle);
    keeper.clients('fault', [outcome({ sdk: 'go' })], [judgeSdk(outcome({ sdk: 'go' }), rules, 1000)]);
    keeper.clients('validation', [outcome({ sdk: 'rust' })], []);
    expect(now().clients.map(({ sdk, phase, status }) => ({ sdk, phase, status }))).toEqual([
      { sdk: 'go', phase: 'fault', status: 'passed' },
      { sdk: 'rust', phase: 'validation', status: 'harness_error' },
    ]);
  });
});
