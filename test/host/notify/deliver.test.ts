import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Notification } from '../../../src/domain/notification.js';
import { NotifyError, type Notifier } from '../../../src/host/notify/contract.js';
import { folderNotifier } from '../../../src/host/notify/folder.js';
import { deliver } from '../../../src/host/notify/index.js';
import { temporaryFolder } from '../../../testing/processes.js';

const folder = temporaryFolder();
let runs = 0;
const newRun = (): string => {
  const runDir = join(folder, `run-${(runs += 1)}`);
  mkdirSync(runDir);
  return runDir;
};

const message: Notification = {
  id: 'r1/failed',
  kind: 'failed',
  runId: 'r1',
  cluster: 'local',
  urgent: false,
  ofRound: true,
  text: 'one\ntwo',
  reportUrl: null,
};

/** Delivers, or throws the errors given, one for each call. */
const channel = (name: string, ...errors: Error[]): Notifier & { readonly got: Notification[] } => {
  const got: Notification[] = [];
  return {
    name,
    got,
    send: (notification) => {
      const error = errors.shift();
      if (error !== undefined) return Promise.reject(error);
      got.push(notification);
      return Promise.resolve();
    },
  };
};

describe('a message', () => {
  it('with nothing new in it reaches those alone that take such ones, and everybody otherwise', async () => {
    const people = channel('people');
    const record = { ...channel('record'), takesQuiet: true as const };
    await deliver([people, record], { ...message, quiet: true }, { folder: newRun() });
    expect([people.got.length, record.got.length]).toEqual([0, 1]);
    await deliver([people, record], message, { folder: newRun() });
    expect([people.got.length, record.got.length]).toEqual([1, 2]);
  });

  it('is kept in the folder of its run', async () => {
    const runDir = newRun();
    await deliver([folderNotifier], message, { folder: runDir });
    expect(JSON.parse(readFileSync(join(runDir, 'notifications/failed.json'), 'utf8'))).toEqual({
      ...message,
      format: 1,
    });
  });

  it('is sent once by every channel, however often it is tried', async () => {
    const runDir = newRun();
    const ways = [channel('a'), channel('b')];
    await deliver(ways, message, { folder: runDir });
    await deliver(ways, message, { folder: runDir });
    expect(ways.map(({ got }) => got)).toEqual([[message], [message]]);
  });

  it('is sent by the other channels though one fails, and on the next try by that one alone', async () => {
    const runDir = newRun();
    const [a, b, c] = [channel('a'), channel('b', new NotifyError('HTTP 503', true)), channel('c')];
    await expect(deliver([a, b, c], message, { folder: runDir })).rejects.toMatchObject({
      message: 'b: HTTP 503',
      retryable: true,
    });
    await deliver([a, b, c], message, { folder: runDir });
    expect([a, b, c].map(({ got }) => got.length)).toEqual([1, 1, 1]);
  });

  it('that no channel will ever take is not worth another try; one that any of them may take is', async () => {
    const refused = (): Notifier => channel('a', new NotifyError('bad signature', false));
    await expect(deliver([refused()], message, { folder: newRun() })).rejects.toMatchObject({ retryable: false });
    const both = deliver([refused(), channel('b', new Error('ECONNRESET'))], message, { folder: newRun() });
    await expect(both).rejects.toMatchObject({ message: 'a: bad signature; b: Error: ECONNRESET', retryable: true });
  });

  it('is sent again if the mark of its sending was never written', async () => {
    const runDir = newRun();
    const a = channel('a');
    await deliver([a], message, { folder: runDir });
    rmSync(join(runDir, 'notifications/failed.sent.json'));
    await deliver([a], message, { folder: runDir });
    expect(a.got.map(({ id }) => id)).toEqual(['r1/failed', 'r1/failed']);
  });
});
