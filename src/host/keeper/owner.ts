/** Mark of a cluster's keeper, and of the commands that it starts. */
export const keeperOwner = (clusterDir: string): string => `${clusterDir}#keeper`;
