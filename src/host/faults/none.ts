import { z } from 'zod';
import type { Evidence } from '../../domain/fault-record.js';
import { isAlive, type ProcessId } from '../os/processes.js';
import { evidence, type Fault } from './contract.js';
import type { FaultCluster } from '../drivers/contract.js';
import type { FaultTicket } from '../tickets/ticket.js';
import { provedHealthy } from './victim.js';

type Processes = Readonly<Record<string, ProcessId>>;

const processesOf = (ticket: FaultTicket): Processes => ticket.before['processes'] as Processes;

const untouched = (ticket: FaultTicket): boolean => Object.values(processesOf(ticket)).every(isAlive);

const sameProcesses = (ticket: FaultTicket): Evidence => {
  const same = untouched(ticket);
  return evidence('processes of the brokers', 'the same as before', same ? 'the same as before' : 'others', same);
};

/** The control: the same five steps with nothing done. It "bites" as long as nothing happens to the cluster. */
export const none: Fault = {
  kind: 'none',
  targetKind: 'broker',
  recoveryBlame: 'equipment',
  params: z.strictObject({}),
  about: {
    does: 'Does nothing. This is the control: the same five steps, the same clients and the same waits. What it shows is the noise of the machine and of the test itself.',
    needs: 'Only the cluster.',
    bites:
      'It counts as observed as long as nothing happens: every broker is healthy and is the same process as before.',
    over: 'The cluster is healthy.',
    survives: 'There is nothing to end.',
  },
  available: () => Promise.resolve(undefined),
  plan: async (_scenario, { dir, driver }) => {
    const nodes = await driver.nodes(dir);
    const processes = Object.fromEntries(nodes.flatMap((node) => (node.process ? [[node.id, node.process]] : [])));
    return {
      targets: nodes.map((node) => node.id),
      injector: 'none',
      reason: 'the control: nothing is done',
      before: { processes },
    };
  },
  inject: () => Promise.resolve(),
  probe: async (ticket, { dir, driver }: FaultCluster) => {
    const missing = await driver.unhealthy(dir);
    const health = evidence(
      'cluster',
      'every node has joined, no replica lags',
      missing ?? 'every node has joined, no replica lags',
      missing === undefined,
    );
    const rows = [sameProcesses(ticket), health];
    return { biting: rows.every((row) => row.ok), evidence: rows, leaders: [] };
  },
  isInForce: (ticket) => Promise.resolve(untouched(ticket)),
  recover: async (ticket, cluster, limitMs) => [await provedHealthy(ticket, cluster, limitMs)],
};
