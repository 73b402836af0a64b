/** The one function of it that is used; the package brings no types. */
declare module 'proxy-from-env' {
  /** Empty where the environment names no proxy for the address. */
  export function getProxyForUrl(url: string): string;
}
