import { runPaths } from '../layout/paths.js';
import { writeIfRoom, writeJson } from '../os/files.js';
import type { Notifier } from './contract.js';

/** Keeps every message in its run's folder, or in one of its own: `notifications/<kind>.json`. */
export const folderNotifier: Notifier = {
  name: 'folder',
  send: (notification, { folder }) => {
    // Without room for it the other ways of telling people still have theirs.
    writeIfRoom(() => writeJson(runPaths(folder).notification(notification.kind).message, notification));
    return Promise.resolve();
  },
};
