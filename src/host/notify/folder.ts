import { runPaths } from '../layout/paths.js';
import { writeIfRoom, writeJson } from '../os/files.js';
import type { Notifier } from './contract.js';

/** Keeps every message in the run's folder: `notifications/<kind>.json`. */
export const folderNotifier: Notifier = {
  name: 'folder',
  send: (notification, { runDir }) => {
    // Without room for it the other ways of telling people still have theirs.
    writeIfRoom(() => writeJson(runPaths(runDir).notification(notification.kind).message, notification));
    return Promise.resolve();
  },
};
