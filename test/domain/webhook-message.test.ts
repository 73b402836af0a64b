import { expect, it } from 'vitest';
import { messageOf } from '../../src/domain/webhook-message.js';
import { problemsOf } from '../../testing/json-schema.js';
import { NOTIFICATION } from '../../testing/webhook-notifier.js';

it('a message has every field of its schema, also if it is about no run', () => {
  const message = messageOf({ ...NOTIFICATION, kind: 'overdue', runId: null, reportUrl: null, urgent: true });
  expect(problemsOf('message.schema.json', message)).toEqual([]);
  expect(message).toMatchObject({
    kind: 'overdue',
    run_id: null,
    report_url: null,
    urgent: true,
    text: NOTIFICATION.text,
  });
});
