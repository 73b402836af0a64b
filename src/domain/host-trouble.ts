/** What programs say, in any language, when the host has run out of something that they did not use up themselves. */
const OUT_OF = /no space left on device|disk quota exceeded|too many open files in system|cannot allocate memory/i;

/** The first line of a text that says that the host has run out of something, cut to a readable length. */
export const hostTroubleIn = (text: string): string | undefined =>
  text
    .split('\n')
    .find((line) => OUT_OF.test(line))
    ?.trim()
    .slice(0, 200);
