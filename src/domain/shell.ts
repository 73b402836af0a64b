/** One argument as a person may paste it into any shell of POSIX: as it is where nothing in it means anything, else in single quotes. */
export const shellQuoted = (text: string): string =>
  /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
