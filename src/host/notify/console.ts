import type { Notifier } from './contract.js';

/** Shows every message on the worker's standard output, where a service's log keeps it. */
export const consoleNotifier: Notifier = {
  name: 'console',
  takesQuiet: true,
  send: ({ text }) => {
    process.stdout.write(`\n${text}\n\n`);
    return Promise.resolve();
  },
};
