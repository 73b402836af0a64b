import { join } from 'node:path';
import { writeJson } from '../os/files.js';
import type { Notifier } from './contract.js';

/** Keeps every message in the run's folder: `notifications/<kind>.json`. */
export const folderNotifier: Notifier = {
  name: 'folder',
  send: (notification, { runDir }) => {
    writeJson(join(runDir, 'notifications', `${notification.kind}.json`), notification);
    return Promise.resolve();
  },
};
