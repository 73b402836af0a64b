import { userInfo } from 'node:os';

/** Who runs this: the name of the user, or `uid 54321` where the system has no name for it (containers with a user id of their own). */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${String(process.getuid?.())}`;
  }
}
