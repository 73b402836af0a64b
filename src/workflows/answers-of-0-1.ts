import type { Activities } from '../activities/index.js';
import type { ClientOutcome } from '../domain/client-result.js';
import type { PhaseCollected } from '../messages/collected.js';
import type {
  ClientsStopped,
  HoldAnswer,
  ObserveAnswer,
  PlanAnswer,
  PrepareAnswer,
  RecoverAnswer,
} from '../messages/requests.js';

/** What activities of version 0.1.0 answered: runs that it began, and recorded histories, hold such answers. */
type PrepareOf01 = string | null;
type PlanOf01 =
  | {
      readonly planned: {
        readonly faultId: string;
        readonly injector: string;
        readonly targets: readonly string[];
        readonly reason: string;
      };
    }
  | { readonly error: string };
type ObserveOf01 = Omit<ObserveAnswer, 'bite'> & { readonly evidence: NonNullable<ObserveAnswer['bite']> };
type RecoverOf01 = Omit<RecoverAnswer, 'recoveredAt' | 'recoveredUs'> & { readonly at: string; readonly us: number };

const preparing = (answer: PrepareAnswer | PrepareOf01): PrepareAnswer =>
  answer === null || typeof answer === 'string' ? { error: answer } : answer;

function planning(answer: PlanAnswer | PlanOf01): PlanAnswer {
  if (!('planned' in answer)) return answer;
  const { faultId, injector, targets, reason } = answer.planned;
  return { faultId, injector, victim: targets.join(', '), reason, recoveryBlame: 'equipment', error: null };
}

function observing(answer: ObserveAnswer | ObserveOf01): ObserveAnswer {
  if (!('evidence' in answer)) return answer;
  const { evidence, ...rest } = answer;
  return { ...rest, bite: evidence } as ObserveAnswer;
}

const holding = (answer: HoldAnswer | boolean): HoldAnswer =>
  typeof answer === 'boolean' ? { cutShort: answer, error: null } : answer;

function recovering(answer: RecoverAnswer | RecoverOf01): RecoverAnswer {
  if (!('at' in answer)) return answer;
  const { at, us, ...rest } = answer;
  return { died: [], ...rest, recoveredAt: at, recoveredUs: us } as RecoverAnswer;
}

const stopping = (answer: ClientsStopped | undefined | null): ClientsStopped => answer ?? { stoppedUs: null };

/** What became of a phase's clients: 0.1.0 judged no guarantees. */
export const collected = (answer: PhaseCollected | readonly ClientOutcome[]): PhaseCollected =>
  'outcomes' in answer ? answer : { outcomes: answer, violated: [], notes: [] };

/** The activities that break something, watch it and end it, and the one that ends the clients which went through it. */
export type FaultActivities = Pick<
  Activities,
  'prepareFault' | 'planFault' | 'injectFault' | 'observeFault' | 'holdFault' | 'recoverFault' | 'stopClients'
>;

/** These activities of a host, with whatever version answered read as today's. */
export const faultActivities = (host: Activities): FaultActivities => ({
  prepareFault: async (request) => preparing(await host.prepareFault(request)),
  planFault: async (request) => planning(await host.planFault(request)),
  injectFault: (request) => host.injectFault(request),
  observeFault: async (request) => observing(await host.observeFault(request)),
  holdFault: async (request) => holding(await host.holdFault(request)),
  recoverFault: async (request) => recovering(await host.recoverFault(request)),
  stopClients: async (request) => stopping(await host.stopClients(request)),
});
