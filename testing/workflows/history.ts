import { defaultPayloadConverter, type PayloadConverter } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { vi } from 'vitest';
import { labelOf } from './stub-host.js';

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
export type HistoryEvent = NonNullable<History['events']>[number];

type Payload = Parameters<PayloadConverter['fromPayload']>[0];
type Payloads = { readonly payloads?: readonly unknown[] | null } | null | undefined;

/** Only what never comes ends it: under the limit of a test of a cluster, whose error would not say what was waited for. */
const WAIT = { timeout: 100_000, interval: 25 };

/** A protobuf timestamp or duration in whole milliseconds. */
export function toMs(time: { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined): number {
  return Math.round(Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6);
}

/** The first value of an event's payloads, as it was given; undefined if there is none. */
export function valueOf<T>(payloads: Payloads): T | undefined {
  const payload = payloads?.payloads?.[0] as Payload | undefined;
  return payload === undefined ? undefined : defaultPayloadConverter.fromPayload<T>(payload);
}

const eventsOf = (history: History): readonly HistoryEvent[] => history.events ?? [];

/** What the workflow asked for, in its order: activities, timers and children, one line each. */
export function commandsOf(history: History): string[] {
  return eventsOf(history).flatMap((event) => {
    const activity = event.activityTaskScheduledEventAttributes;
    if (activity) return [labelOf(activity.activityType?.name ?? '?', valueOf(activity.input))];
    const timer = event.timerStartedEventAttributes;
    if (timer) return [`timer ${toMs(timer.startToFireTimeout)} ms`];
    const child = event.startChildWorkflowExecutionInitiatedEventAttributes;
    return child ? [`scenario ${child.workflowId?.split('/')[1] ?? '?'}`] : [];
  });
}

/** The event that scheduled the activity of this name (the last, if there are several), and the one that completed it. */
export function activityEvents(history: History, name: string): { scheduled: HistoryEvent; completed: HistoryEvent } {
  const events = eventsOf(history);
  const scheduled = events.findLast((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === name);
  const completed = events.find((event) => {
    const id = event.activityTaskCompletedEventAttributes?.scheduledEventId;
    return id !== undefined && id !== null && String(id) === String(scheduled?.eventId);
  });
  if (scheduled === undefined || completed === undefined)
    throw new Error(`expected a completed ${name} in the history`);
  return { scheduled, completed };
}

export const timersOf = (history: History): HistoryEvent[] =>
  eventsOf(history).filter((event) => event.timerStartedEventAttributes);

export const isTimer = (event: HistoryEvent, ms: number): boolean =>
  event.timerStartedEventAttributes ? toMs(event.timerStartedEventAttributes.startToFireTimeout) === ms : false;

/** How often the workflow's own code broke; such a task is tried again for ever, so it shows in no result. */
export const brokenTasks = (history: History): string[] =>
  eventsOf(history).flatMap((event) => {
    const failed = event.workflowTaskFailedEventAttributes;
    return failed ? [failed.failure?.message ?? 'a workflow task failed'] : [];
  });

/** Waits until the history holds an event that fits. */
export function untilEvent(handle: WorkflowHandle, fits: (event: HistoryEvent) => boolean): Promise<void> {
  return vi.waitFor(async () => {
    const history = await handle.fetchHistory();
    if (!eventsOf(history).some(fits)) throw new Error(`not yet in the history of ${handle.workflowId}`);
  }, WAIT);
}

/** Waits until the workflow has been told of its cancellation and has acted on it. */
export function untilCancelSeen(handle: WorkflowHandle): Promise<void> {
  return vi.waitFor(async () => {
    const events = eventsOf(await handle.fetchHistory());
    const asked = events.findIndex((event) => event.workflowExecutionCancelRequestedEventAttributes);
    const seen = events.slice(asked + 1).some((event) => event.workflowTaskCompletedEventAttributes);
    if (asked < 0 || !seen) throw new Error(`${handle.workflowId} has not seen its cancellation`);
  }, WAIT);
}
