// What a person sees of set-up. Everything goes to one stream (standard error), because standard output belongs to the command that follows.

const LIVE_INTERVAL_MS = 1_000;

/** @typedef {ReturnType<typeof createProgress>} Progress */

/**
 * @param {{ stream: NodeJS.WritableStream & { isTTY?: boolean }, quiet: boolean }} options quiet leaves only failures
 */
export function createProgress({ stream, quiet }) {
  /** @type {Map<string, number>} the steps under way, with their start */
  const running = new Map();
  const live = stream.isTTY === true && !quiet;

  const clear = () => live && stream.write('\r\u001b[K');
  /** @param {string} text */
  const line = (text) => {
    clear();
    stream.write(`${text}\n`);
  };
  const showLive = () => {
    const parts = [...running].map(([name, startedMs]) => `${name} ${Math.round((Date.now() - startedMs) / 1_000)} s`);
    clear();
    stream.write(parts.join(' · '));
  };
  const timer = live ? setInterval(() => running.size > 0 && showLive(), LIVE_INTERVAL_MS) : null;
  // A display must never be what keeps a process from ending.
  timer?.unref();

  return {
    /** @param {string} text something to know, left out when quiet */
    say: (text) => {
      if (!quiet) line(text);
    },
    /** @param {string} text something that must be seen */
    fail: line,
    /** @param {string} name @param {string} text */
    started: (name, text) => {
      running.set(name, Date.now());
      if (!quiet) line(text);
    },
    /** @param {string} name @param {string} text */
    ended: (name, text) => {
      running.delete(name);
      if (!quiet) line(text);
    },
    close: () => {
      if (timer !== null) clearInterval(timer);
      clear();
    },
  };
}
