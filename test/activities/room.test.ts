import { beforeAll, describe, expect, it } from 'vitest';
import { onSmallDisk } from '../../testing/small-disk.js';

interface End {
  readonly value?: unknown;
  readonly code?: string;
  readonly nonRetryable?: boolean;
  readonly message?: string;
}

/** What `full-disk.mjs` says. */
interface Said {
  readonly tooSmall: End;
  readonly whole: { readonly size: number; readonly expected: number; readonly left: End };
  readonly freed: { readonly write: End; readonly content: unknown; readonly size: number };
  readonly full: Readonly<Record<string, End>>;
}

const REFUSED = { code: 'DISK_FULL', nonRetryable: true };

let said: Said;
beforeAll(async () => {
  said = await onSmallDisk<Said>('full-disk.mjs', 24);
});

describe('a disk that is too small for a run', () => {
  it('is told by the pre-check, with what the run needs and what there is', () => {
    expect(said.tooSmall).toMatchObject(REFUSED);
    expect(said.tooSmall.message).toMatch(/run run-1 needs \d+ MB on the disk of .+, has 2\d MB/);
  });
});

describe('the reserve of a data folder', () => {
  it('takes the room that it says, and its run can be believed', () => {
    expect(said.whole.size).toBeGreaterThanOrEqual(said.whole.expected);
    expect(said.whole.left.value).toMatchObject({ equipmentDied: [], error: null });
  });

  it('is freed for what has to be written on a full disk', () => {
    expect(said.freed).toEqual({ write: { value: null }, content: { n: 2 }, size: 0 });
  });
});

describe('on a disk that stays full', () => {
  it('a file keeps its old content, and the error says what was expected where', () => {
    expect(said.full['write']?.message).toMatch(/expected room for 1 KB at .+small\.json, got ENOSPC \(0 MB free/);
    expect(said.full['content']).toEqual({ n: 2 });
  });

  it('a lock is had all the same', () => {
    expect(said.full['lock']).toEqual({ value: 'in' });
  });

  it('a lease that cannot be renewed stays as it is, and ends no worker', () => {
    expect(said.full['renewed']).toEqual({ value: true });
    expect(said.full['stays']).toEqual({ value: true });
  });

  it.each(['preparePlan', 'startClients', 'recordScenario', 'startCluster'])(
    '%s ends, and is not tried again',
    (name) => {
      expect(said.full[name]).toMatchObject(REFUSED);
    },
  );

  it('a run without a report is INVALID, and says why', () => {
    expect(said.full['writeReport']?.value).toMatchObject({
      headline: 'INVALID',
      runPassed: false,
      summary: expect.stringMatching(/no report.*ENOSPC/) as unknown,
    });
  });

  it('no failure of the clients is blamed on the broker', () => {
    const why = expect.stringMatching(/the disk of .+ was full/) as unknown;
    expect(said.full['left']?.value).toMatchObject({ equipmentDied: [why], error: null });
  });
});
