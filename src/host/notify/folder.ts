import { runPaths } from '../layout/paths.js';
import { writeJson } from '../os/files.js';
import type { Notifier } from './contract.js';

/** Keeps every message in its run's folder, or in one of its own: `notifications/<kind>.json`. */
export const folderNotifier: Notifier = {
  name: 'folder',
  send: (notification, { folder }) => {
    writeJson(runPaths(folder).notification(notification.kind).message, notification);
    return Promise.resolve();
  },
};
