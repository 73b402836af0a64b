import type { Notification, NotificationKind } from './notification.js';

/** What a service of one's own is sent: the body of the request, as JSON. */
export interface WebhookMessage {
  readonly schema: 'robustmq-chaos-message/1';
  /** The same at each attempt, and in the header `webhook-id`. */
  readonly id: string;
  readonly kind: NotificationKind;
  readonly cluster: string;
  /** Null: the message is about no run. */
  readonly run_id: string | null;
  /** A person has to do something. */
  readonly urgent: boolean;
  /** It is the verdict of a full round. */
  readonly of_round: boolean;
  /** The words that people get, in lines. */
  readonly text: string;
  /** Null: the report is on the worker's host alone. */
  readonly report_url: string | null;
}

export const messageOf = (notification: Notification): WebhookMessage => ({
  schema: 'robustmq-chaos-message/1',
  id: notification.id,
  kind: notification.kind,
  cluster: notification.cluster,
  run_id: notification.runId,
  urgent: notification.urgent,
  of_round: notification.ofRound,
  text: notification.text,
  report_url: notification.reportUrl,
});
