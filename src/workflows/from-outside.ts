import { ApplicationFailure, setCurrentDetails } from '@temporalio/workflow';
import { problemOf, type Shape } from '../domain/shape.js';
import { verbatim } from '../domain/verbatim.js';
import { leaveNewerPlan } from '../messages/shapes.js';

/** The error of a workflow or an update that was given something of no use. */
export const notReadable = (problem: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(problem, 'NOT_READABLE');

/** Ends a workflow that was started with something of no use, and says so on its page. Any other error would be tried again for ever, as is right for a newer plan. */
export function demand(shape: Shape, argument: unknown): void {
  leaveNewerPlan(argument);
  const problem = problemOf(shape, argument, 'the argument');
  if (problem === undefined) return;
  setCurrentDetails(`**not started**: ${verbatim(problem)}`);
  throw notReadable(problem);
}

/** The validator of an update: refuses what is of no use, so that it changes nothing. */
export const accepts =
  (shape: Shape) =>
  (request: unknown): void => {
    const problem = problemOf(shape, request, 'the request');
    if (problem !== undefined) throw notReadable(problem);
  };
