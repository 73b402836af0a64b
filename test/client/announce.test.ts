import { afterEach, expect, it, vi } from 'vitest';
import { announce } from '../../src/client/announce.js';
import type { Desk, Ending } from '../../src/client/follow.js';
import type { RunPause } from '../../src/messages/resume.js';

const result = {
  ...{ runId: 'run-1', headline: 'PASS', summary: 'PASS: 1 of 1', scenarios: [{ name: 'kill' }] },
  ...{ markdownPath: '/r.md', jsonPath: '/r.json', githubUrl: null, pushError: 'no network', issueError: null },
};
const end = { kind: 'closed', result } as unknown as Exclude<Ending, { kind: 'lost' }>;

let printed = '';
afterEach(() => {
  printed = '';
  vi.restoreAllMocks();
});

function deskOf(json: boolean): Desk {
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  const getHandle = () => ({ describe: () => Promise.resolve({ historyLength: 2, historySize: 30 }) });
  const session = { client: { workflow: { getHandle } }, place: { kind: 'embedded' } };
  return { session, json, cluster: 'local' } as unknown as Desk;
}

it('a verdict is printed with where its report is, and what is still to be done with it', async () => {
  await announce(deskOf(false), 'run-1', end);
  expect(printed).toMatch(
    /^\nPASS: 1 of 1\nReport: \/r\.md\n {8}\/r\.json\nAs a page: .* run-1\nNot pushed: no network\n/,
  );
});

it('a run that waits for a human says how to resume', async () => {
  const pause = { consecutiveFailures: 3, howToResume: { command: 'resume --by me' } } as RunPause;
  await announce(deskOf(false), 'run-1', { ...end, kind: 'paused', pause });
  expect(printed).toMatch(/! 3 rounds in a row failed.*\n {2}resume --by me\n$/s);
});

it('as JSON it has the size of the histories, and whether the run was taken up in place of what was asked for', async () => {
  await announce(deskOf(true), 'run-1', end, { takenUp: true, notRun: 'robustmq-chaos round' });
  expect(JSON.parse(printed)).toEqual({
    ...result,
    ...{ workflowId: 'run-1', paused: null, history: { events: 4, bytes: 60 } },
    ...{ takenUp: true, notRun: 'robustmq-chaos round' },
  });
});
