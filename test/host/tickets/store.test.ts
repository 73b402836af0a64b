import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { sleepMs } from '../../../src/host/os/clock.js';
import {
  describeTicket,
  isDue,
  listTickets,
  openOnHost,
  openTickets,
  readTicket,
  removeOver,
  ticketsOnHost,
  withTicket,
  writeTicket,
} from '../../../src/host/tickets/store.js';
import { clusterPaths } from '../../../src/host/layout/paths.js';
import { temporaryFolder } from '../../../testing/processes.js';
import { ticketIn } from '../../../testing/tickets.js';

let root: string;
beforeEach(() => {
  root = join(temporaryFolder(), 'data');
});

const ids = (tickets: readonly { readonly faultId: string }[]): string[] =>
  tickets.map(({ faultId }) => faultId).sort();

describe('a ticket', () => {
  it('lies in the cluster’s folder, and a copy in the run’s', () => {
    const ticket = ticketIn(root);
    writeTicket(ticket);
    expect(readTicket(ticket.clusterDir, 'f1')).toEqual(ticket);
    expect(JSON.parse(readFileSync(join(ticket.runDir, 'faults', 'f1.json'), 'utf8'))).toEqual({
      ...ticket,
      format: 1,
    });
    expect(readTicket(ticket.clusterDir, 'f2')).toBeUndefined();
  });

  it('is open until it is recovered, also while it is stuck', () => {
    const states = ['planned', 'injecting', 'injected', 'stuck', 'recovered'] as const;
    for (const state of states) writeTicket(ticketIn(root, { faultId: state, state }));
    const { clusterDir } = ticketIn(root);
    writeFileSync(join(clusterDir, 'faults', 'planned.json.lock'), '');
    expect(ids(listTickets(clusterDir))).toEqual([...states].sort());
    expect(ids(openTickets(clusterDir))).toEqual(['injected', 'injecting', 'planned', 'stuck']);
  });

  it('goes when a next run begins: with its lock, but not while its fault is open, nor that of the run itself, nor a newer one', () => {
    const write = (faultId: string, runId: string, state: 'recovered' | 'stuck'): void => {
      writeTicket(ticketIn(root, { faultId, runId, state }));
      writeFileSync(clusterPaths(clusterDir).ticketLock(faultId), '');
    };
    const { clusterDir, runDir } = ticketIn(root);
    write('over', 'run-1', 'recovered');
    write('stuck', 'run-1', 'stuck');
    write('own', 'run-2', 'recovered');
    write('newer', 'run-1', 'recovered');
    const newer = clusterPaths(clusterDir).ticket('newer');
    writeFileSync(newer, JSON.stringify({ ...ticketIn(root), format: 99 }));
    removeOver(clusterDir, 'run-2');
    const left = ['newer', 'own', 'stuck'].flatMap((id) => [`${id}.json`, `${id}.json.lock`]);
    expect(readdirSync(clusterPaths(clusterDir).faults).sort()).toEqual(left);
    expect(existsSync(join(runDir, 'faults', 'over.json'))).toBe(true);
  });

  it('is found whatever cluster of the data folder it is of', () => {
    expect(ticketsOnHost(root)).toEqual([]);
    writeTicket(ticketIn(root));
    writeTicket(ticketIn(root, { faultId: 'f2', clusterDir: join(root, 'clusters', 'other'), state: 'recovered' }));
    expect(ids(ticketsOnHost(root))).toEqual(['f1', 'f2']);
    expect(ids(openOnHost(root))).toEqual(['f1']);
  });

  it('is due after its deadline, and when the host was started again', () => {
    const ticket = ticketIn(root);
    expect(isDue(ticket)).toBe(false);
    expect(isDue({ ...ticket, deadlineUs: ticket.plannedUs - 1 })).toBe(true);
    expect(isDue({ ...ticket, bootId: 'another' })).toBe(true);
  });

  it('says what, where, whose, since when and until when', () => {
    const planned = describeTicket(ticketIn(root));
    for (const part of ['f1', 'broker-kill', 'sigkill', 'n2', 'run-1', '2026-11-22T12:00:00.000Z'])
      expect(planned).toContain(part);
    expect(planned).toContain('2026-11-22T12:01:00.000Z');
    expect(describeTicket(ticketIn(root, { injectedAt: '2026-11-22T12:00:05.000Z' }))).toContain('12:00:05');
  });

  it('is used by one at a time', async () => {
    const { clusterDir } = ticketIn(root);
    writeTicket(ticketIn(root));
    const order: string[] = [];
    const work = (name: string) =>
      withTicket(clusterDir, 'f1', 5000, async () => {
        order.push(`${name} begins`);
        await sleepMs(30);
        order.push(`${name} ends`);
      });
    await Promise.all([work('a'), work('b')]);
    expect(order[0]?.replace('begins', 'ends')).toBe(order[1]);
    expect(order[2]?.replace('begins', 'ends')).toBe(order[3]);
  });
});
