import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  newerOfCluster,
  newerOnHost,
  newerTicketsOnHost,
  refuseNewerCluster,
} from '../../../src/host/tickets/newer.js';
import { openTickets, writeTicket } from '../../../src/host/tickets/store.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { ticketIn } from '../../../testing/tickets.js';

it('every file of a newer program in every cluster’s folder is named; the tickets beside it are still read', () => {
  const root = temporaryFolder();
  const dir = join(root, 'clusters', 'local');
  writeTicket(ticketIn(root));
  expect([newerOfCluster(dir), newerOnHost(root), newerOnHost(join(root, 'none'))]).toEqual([[], [], []]);
  refuseNewerCluster(dir);
  mkdirSync(join(root, 'clusters', 'other', 'faults'), { recursive: true });
  const files = ['lease.json', 'claims.json', 'cluster.json', 'dirty.json', 'faults/f2.json'];
  for (const file of files) writeFileSync(join(dir, file), '{"format":2}');
  writeFileSync(join(root, 'clusters', 'other', 'faults', 'f3.json'), '{"format":2}');
  const named = newerOfCluster(dir).map((text) => files.find((file) => text.startsWith(join(dir, file))));
  expect(named).toEqual(files);
  expect(newerOnHost(root)).toHaveLength(6);
  expect(newerTicketsOnHost(root)).toHaveLength(2);
  expect(() => refuseNewerCluster(dir)).toThrow(expect.objectContaining({ code: 'FORMAT_NEWER' }));
  expect(openTickets(dir).map(({ faultId }) => faultId)).toEqual(['f1']);
});
