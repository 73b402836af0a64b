/** The one function of it that is used; the package brings no types. */
declare module 'fs-native-extensions' {
  /** An exclusive lock on an open file, which ends when the file is closed: false if it is locked by another open file, of whatever process. */
  export function tryLock(fd: number): boolean;
}
