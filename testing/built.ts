/**
 * The compiled form of a module of `src`: what starts processes of its own finds their programs beside it only there. The types are those of the
 * source, so that `npm run types` needs no build; `npm test` builds before it tests.
 */
export const built = <T>(module: string): Promise<T> =>
  import(new URL(`../dist/${module}`, import.meta.url).href) as Promise<T>;
