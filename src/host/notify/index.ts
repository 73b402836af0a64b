import type { Notification } from '../../domain/notification.js';
import type { NotifySettings } from '../../domain/notify-settings.js';
import { runPaths } from '../layout/paths.js';
import { writeIfRoom } from '../os/files.js';
import { readStored, writeStored } from '../os/stored.js';
import { consoleNotifier } from './console.js';
import { NotifyError, type NotificationContext, type Notifier } from './contract.js';
import { dingtalkNotifier } from './dingtalk.js';
import { feishuNotifier } from './feishu.js';
import { folderNotifier } from './folder.js';
import { pingNotifier } from './ping.js';
import { slackNotifier } from './slack.js';
import { genericNotifier } from './webhook.js';
import { wecomNotifier } from './wecom.js';

/** Every way of telling people that the config wants. A new one is one file and one line here. */
export const notifiersFor = (settings: NotifySettings): readonly Notifier[] => [
  folderNotifier,
  consoleNotifier,
  ...wanted(settings.feishu, feishuNotifier),
  ...wanted(settings.dingtalk, dingtalkNotifier),
  ...wanted(settings.wecom, wecomNotifier),
  ...wanted(settings.slack, slackNotifier),
  ...wanted(settings.webhook, genericNotifier),
  ...wanted(settings.pingUrl, pingNotifier),
];

const wanted = <S>(settings: S | null, make: (settings: S) => Notifier): Notifier[] =>
  settings === null ? [] : [make(settings)];

/** Which notifiers have delivered a message: notifier → ISO time. */
type Sent = Readonly<Record<string, string>>;

/**
 * Delivers a message by every notifier that has not delivered it yet, so that a retry repeats nothing that is known to have arrived; one that
 * fails does not keep the others from trying. Throws a `NotifyError` with every failure, retryable if any of them is.
 */
export async function deliver(
  ways: readonly Notifier[],
  notification: Notification,
  context: NotificationContext,
): Promise<void> {
  const file = runPaths(context.folder).notification(notification.kind).sent;
  const failures: NotifyError[] = [];
  for (const notifier of ways) {
    const sent = readStored<Sent>('message receipts', file) ?? {};
    if (sent[notifier.name] !== undefined) continue;
    if (notification.quiet === true && notifier.takesQuiet !== true) continue;
    try {
      await notifier.send(notification, context);
      // What arrived has arrived, also where a full disk does not take the note of it.
      writeIfRoom(() => writeStored('message receipts', file, { ...sent, [notifier.name]: new Date().toISOString() }));
    } catch (error) {
      const { message, retryable } = error instanceof NotifyError ? error : new NotifyError(String(error), true);
      failures.push(new NotifyError(`${notifier.name}: ${message}`, retryable));
    }
  }
  if (failures.length === 0) return;
  throw new NotifyError(
    failures.map(({ message }) => message).join('; '),
    failures.some(({ retryable }) => retryable),
  );
}
