import { runPaths } from '../layout/paths.js';
import { writeIfRoom } from '../os/files.js';
import { writeStored } from '../os/stored.js';
import type { Notifier } from './contract.js';

/** Keeps every message in its run's folder, or in one of its own: `notifications/<kind>.json`. */
export const folderNotifier: Notifier = {
  name: 'folder',
  takesQuiet: true,
  send: (notification, { folder }) => {
    // Without room for it the other ways of telling people still have theirs.
    writeIfRoom(() => writeStored('message', runPaths(folder).notification(notification.kind).message, notification));
    return Promise.resolve();
  },
};
